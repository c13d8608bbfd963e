/** The offer and the survey on screen, in a shadow root so that neither side's style reaches the other. */
import { el, safeNodes, webUrl } from './elements.js'
import { record } from './server.js'
import { config, emit, load, save, state } from './state.js'
import css from './widget.css'
import { days, termsOf, wordsFor } from './words.js'

let sheet // constructable: allowed under any style-src
const styles = () => {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  return sheet
}

const mount = (t, shown) => {
  const { box } = shown
  const host = el('upsell-offer', { lang: t.lang })
  const status = el('p', { role: 'status', class: 'sr' })
  const root = host.attachShadow({ mode: 'open' })
  const pageScheme = getComputedStyle(document.documentElement).colorScheme
  host.style.colorScheme = config.scheme || (pageScheme === 'normal' ? 'light dark' : pageScheme)
  root.adoptedStyleSheets = [styles()]
  root.append(status, box)
  Object.assign(shown, { host, back: document.activeElement })
  host.addEventListener('focusin', event => { shown.back = event.relatedTarget || shown.back })
  state.shown = shown
  document.body.append(host)
  if (box.showModal) {
    box.showModal()
    box.focus() // not a button: a stray Enter must answer nothing
  } else {
    setTimeout(() => { status.textContent = box.querySelector('h2').textContent }, 100)
  }
}

/** Takes away what is on screen; the focus goes back to where it was. */
export const hide = () => {
  const { host, box, back, stop } = state.shown
  const inside = document.activeElement === host
  state.shown = null
  stop()
  if (box.open) box.close()
  host.remove()
  if (inside && back?.isConnected) back.focus({ preventScroll: true })
  emit('gone')
}

const frame = (kind, heading, t, close, text, ...rest) => el(kind === 'modal' ? 'dialog' : 'section',
  { class: 'box ' + kind, part: 'offer ' + kind, tabindex: -1, 'aria-labelledby': 'h',
    ...kind !== 'modal' && { role: 'region' } },
  el('button', { type: 'button', class: 'x', part: 'close', 'aria-label': t.close, click: close }),
  el('div', { class: 'text' }, el('h2', { id: 'h', part: 'headline' }, heading), ...text), ...rest)

const choice = (label, part, click) =>
  el('button', { type: 'button', class: 'b', part: 'button ' + part, click }, label)

/** Seen = half visible for a second in a visible tab, once per proposition. Returns how to stop watching. */
const watch = (offer, box) => {
  const { proposition_id: id } = offer
  let timer
  const seen = () => {
    if (document.hidden || load().seen.includes(id)) return
    save('seen', list => [...list, id])
    record(offer, 'viewed')
  }
  const observer = new IntersectionObserver(entries => {
    clearTimeout(timer)
    if (entries.at(-1).intersectionRatio >= 0.5) timer = setTimeout(seen, 1000)
  }, { threshold: 0.5 })
  const stop = () => {
    clearTimeout(timer)
    observer.disconnect()
  }
  const restart = () => {
    stop()
    observer.observe(box)
  }
  document.addEventListener('visibilitychange', restart)
  restart()
  return () => {
    stop()
    document.removeEventListener('visibilitychange', restart)
  }
}

const whyParts = (offer, t) => {
  if (!offer.why) return []
  const reason = el('p', { id: 'why', part: 'why', hidden: '' }, offer.why)
  const toggle = el('button', { type: 'button', class: 'l', part: 'why-button', 'aria-expanded': false,
    'aria-controls': 'why',
    click: () => toggle.setAttribute('aria-expanded', !(reason.hidden = !reason.hidden)) }, t.why)
  return [toggle, reason]
}

const linkTo = (target, attributes, follow) => {
  const href = target && webUrl(target.url)
  if (!href) return
  const node = el('a', { href, click: follow, ...attributes }, target.label)
  node.addEventListener('auxclick', event => event.button === 1 && follow(event)) // opened in a new tab
  return node
}

/** Its words are shown or read out even where the page's own policy blocks the file itself. */
const mediaOf = ({ kind, url: src, alt, caption, captions_url }) => kind === 'image' ? el('img', { src, alt })
  : el('figure', {}, el('video', { src, controls: '', preload: 'none', crossorigin: '' },
    el('track', { kind: 'captions', src: captions_url, default: '' })), el('p', { class: 'terms' }, caption))

/** Every offer has every control, whatever its text: accepting and refusing look alike and take one click. */
const choices = (offer, t, answer, follow) => {
  const snooze = count => choice(days(t.lang, count), 'snooze',
    () => answer('snoozed', { snooze_days: count }, `${t.snoozed} ${days(t.lang, count)}.`))
  return el('div', { class: 'choices' },
    linkTo(offer.cta, { class: 'b cta', part: 'button cta' }, follow),
    choice(t.no, 'decline', () => answer('declined')),
    choice(t.later, 'later', () => answer('dismissed')),
    choice(t.stop, 'stop', () => answer('opted_out', {}, t.stopped)),
    el('div', { class: 'snooze', role: 'group', 'aria-labelledby': 's' },
      el('span', { id: 's' }, t.snooze), snooze(7), snooze(30), snooze(90)))
}

export const render = offer => {
  const t = wordsFor(offer)
  const isShown = () => state.shown?.box === box
  const answer = (kind, extra, note) => {
    if (!isShown()) return
    save('done', list => [...list, offer.proposition_id])
    hide()
    record(offer, kind, extra)
    survey(offer, t, note)
  }
  const dismiss = () => answer('dismissed')
  const follow = event => { // a `clicked` listener that returns false keeps the browser on the page
    if (!record(offer, 'clicked')) event.preventDefault()
    setTimeout(() => isShown() && hide())
  }
  const [toggle, reason] = whyParts(offer, t)
  const terms = offer.terms && termsOf(offer.terms, t)
  const box = frame(/^(modal|sidebar)$/.test(offer.format) ? offer.format : 'banner', offer.headline, t, dismiss, [
    el('div', { class: 'body', part: 'body' }, ...safeNodes(offer.body_html)),
    offer.media && mediaOf(offer.media),
    terms && el('p', { class: 'terms', part: 'terms' }, terms),
    el('p', { class: 'links' }, toggle, linkTo(offer.secondary, { class: 'l', part: 'secondary' }, follow)),
    reason,
  ].filter(Boolean), choices(offer, t, answer, follow))
  box.addEventListener('close', dismiss) // Escape in a dialog
  box.addEventListener('click', event => event.target === box && box.open && dismiss()) // its backdrop
  const left = Date.parse(offer.expires_at) - Date.now()
  const expiry = left < 2 ** 31 && setTimeout(() => isShown() && hide(), left)
  const unwatch = watch(offer, box)
  mount(t, { offer, box, close: dismiss, stop: () => {
    clearTimeout(expiry)
    unwatch()
  } })
}

const survey = (offer, t, note) => {
  const leave = () => state.shown?.box === box && hide()
  const comment = el('input', { 'aria-label': t.comment, placeholder: t.comment, maxlength: 500, part: 'comment' })
  const tap = answer => choice(t[answer], 'answer', () => {
    leave()
    record(offer, 'feedback', { answer, comment: comment.value.trim() || undefined })
  })
  const box = frame('survey', t.ask, t, leave, note ? [el('p', { class: 'terms' }, note)] : [],
    comment, el('div', { class: 'three' }, tap('helpful'), tap('intrusive'), tap('mistimed')))
  const leaveUnlessUsed = () => {
    if (!box.matches(':hover, :focus-within')) return leave()
    timer = setTimeout(leaveUnlessUsed, 5000)
  }
  let timer = setTimeout(leaveUnlessUsed, 20000)
  mount(t, { offer, box, survey: true, close: leave, stop: () => clearTimeout(timer) })
}
