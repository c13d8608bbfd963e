/** Words of the controls and the terms line, in the offer's language. Everything else is the offer's own text. */
import { config } from './state.js'

const NAMES = ('close no later snooze snoozed stop stopped why ask helpful intrusive mistimed comment month year ' +
  'renews ends cancel free off until').split(' ')

const WORDS = {
  en: 'Close|No thanks|Not now|Snooze for|Snoozed for|Stop offers like this|' +
    'You will get no more offers like this.|Why am I seeing this?|How was this offer?|' +
    'Helpful|Intrusive|Bad timing|Comment (optional)|per month|per year|' +
    'renews automatically|does not renew|cancel anytime|free|off|until',
  de: 'Schließen|Nein danke|Jetzt nicht|Pause für|Pause für|Keine solchen Angebote|' +
    'Sie erhalten keine solchen Angebote mehr.|Warum sehe ich das?|Wie war dieses Angebot?|' +
    'Hilfreich|Aufdringlich|Unpassend|Kommentar (freiwillig)|pro Monat|pro Jahr|' +
    'verlängert sich automatisch|verlängert sich nicht|jederzeit kündbar|kostenlos|Rabatt|bis',
  fr: 'Fermer|Non merci|Pas maintenant|En pause pour|En pause pour|Ne plus proposer|' +
    'Vous ne recevrez plus ce type d’offre.|Pourquoi cette offre ?|Que pensez-vous de cette offre ?|' +
    'Utile|Intrusive|Mal choisi|Commentaire (facultatif)|par mois|par an|' +
    'renouvellement automatique|sans renouvellement|résiliable à tout moment|gratuits|de remise|jusqu’au',
  es: 'Cerrar|No, gracias|Ahora no|Posponer|Pospuesto|No más ofertas así|' +
    'No recibirá más ofertas como esta.|¿Por qué veo esto?|¿Qué le pareció esta oferta?|' +
    'Útil|Intrusiva|Mal momento|Comentario (opcional)|al mes|al año|' +
    'se renueva automáticamente|no se renueva|cancele cuando quiera|gratis|de descuento|hasta el',
}

/** All words by name, and `lang`: a valid language tag to format numbers and dates with. */
export const wordsFor = offer => {
  let lang = (offer.locale || config.locale || document.documentElement.lang || 'en').replace('_', '-')
  try {
    Intl.getCanonicalLocales(lang)
  } catch {
    lang = 'en'
  }
  const list = (WORDS[lang.slice(0, 2).toLowerCase()] || WORDS[lang = 'en']).split('|')
  return { ...Object.fromEntries(NAMES.map((name, i) => [name, list[i]])), lang }
}

export const days = (lang, count) =>
  new Intl.NumberFormat(lang, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(count)

const incentiveOf = ({ kind, value, ends_at }, t, money) => {
  const reduction = kind === 'percent'
    ? new Intl.NumberFormat(t.lang, { style: 'percent', maximumFractionDigits: 2 }).format(value / 100)
    : kind === 'amount' && money(value)
  if (!reduction) return
  const end = ends_at && new Intl.DateTimeFormat(t.lang, { dateStyle: 'long' }).format(new Date(ends_at))
  return `${reduction} ${t.off}` + (end ? ` ${t.until} ${end}` : '')
}

/** "€49.00 per month · 20% off · 14 days free · renews automatically · cancel anytime" */
export const termsOf = ({ price, currency, period, renews, cancel_anytime, trial_days, incentive }, t) => {
  const money = value => {
    try {
      return new Intl.NumberFormat(t.lang, { style: 'currency', currency }).format(value)
    } catch { // no such currency
      return value + ' ' + (currency || '')
    }
  }
  return [
    price != null && money(price) + (period ? ' ' + (t[period] || '/ ' + period) : ''),
    incentive && incentiveOf(incentive, t, money),
    trial_days && days(t.lang, trial_days) + ' ' + t.free,
    renews === true ? t.renews : renews === false && t.ends,
    cancel_anytime && t.cancel,
  ].filter(Boolean).join(' · ')
}
