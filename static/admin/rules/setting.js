/** The control of one setting, by its sort; what a control cannot show stays as JSON in its place. */
import { names, where } from './condition.js'
import { h, options } from './dom.js'
import { fits, isObject } from './kinds.js'

const LISTS = { event: 'events', path: 'paths', trait: 'traits.account', label: 'intents', season: 'seasons', text: 'scores' }
const isText = value => typeof value === 'string'
const isNames = value => Array.isArray(value) && value.every(isText)
const isNumber = value => value === null || typeof value === 'number'
const listed = value => (isObject(value) ? Object.entries(value).map(([path, one]) => ({ path, op: 'is', value: one })) : value)
const isWhere = value => Array.isArray(listed(value)) && fits({ fact: 'events', names: [], window: { days: 1 }, where: listed(value), op: 'is', value: 1 })
const isActivity = value => isObject(value) && Object.keys(value).every(name => ['events', 'at_least', 'days'].includes(name)) &&
  (value.events === undefined || isNames(value.events)) && [value.at_least ?? null, value.days ?? null].every(isNumber)
const SHAPES = {
  events: isNames, resources: isNames, choices: isNames, where: isWhere, whole: isNumber, days: isNumber, share: isNumber,
  activity: isActivity, rule: isObject, parts: () => false,
}

/** Whether the control shows this value as it is. */
export const fitsField = (field, value) => value === undefined ||
  (field.sort === 'choice' ? field.choices.includes(value) : (SHAPES[field.sort] ?? isText)(value))

const put = (config, name, value) => { if (value === undefined) delete config[name]; else config[name] = value }
const attributes = field => ({ 'data-key': `s.${field.name}` })

const input = (ctx, config, field, type, from, to, more = {}) =>
  h('input', {
    type, class: `upsell-input ${type === 'number' ? 'upsell-rule-number' : ''}`, autocomplete: 'off', ...attributes(field), ...more,
    value: config[field.name] === undefined || config[field.name] === null ? '' : from(config[field.name]),
    placeholder: field.default === null || typeof field.default === 'object' ? false : String(from(field.default)),
    oninput: event => ctx.change(() => put(config, field.name, event.target.value === '' ? undefined : to(event.target.value)), { redraw: false }),
  })

const round = number => Number(number.toPrecision(15))
const share = (ctx, config, field) => h('span', { class: 'upsell-rule-together' },
  input(ctx, config, field, 'number', value => round(value * 100), text => round(Number(text) / 100), { min: 0, max: field.most * 100, step: 'any' }), '%')
const whole = (ctx, config, field) => input(ctx, config, field, 'number', value => value, Number, { min: field.least, max: field.most, step: 1 })
const text = (ctx, config, field) => h('span', { class: 'upsell-rule-together', onchange: ctx.sawEvent },
  input(ctx, config, field, 'text', value => value, value => value, { list: LISTS[field.sort] && ctx.listId(LISTS[field.sort]), maxlength: 200 }))

const choice = (ctx, config, field) => {
  const offered = Object.fromEntries([...(field.required && config[field.name] ? [] : [['', '-']]), ...field.choices.map(one => [one, one])])
  return h('select', { class: 'upsell-select', ...attributes(field), onchange: event => ctx.change(() => put(config, field.name, event.target.value || undefined)) },
    options(offered, config[field.name] ?? ''))
}

const choices = (ctx, config, field) => {
  const held = config[field.name] ?? []
  const set = (one, on) => {
    const now = on ? [...new Set([...held, one])] : held.filter(other => other !== one)
    put(config, field.name, now.length ? now : undefined)
  }
  return h('span', { class: 'upsell-rule-together' }, field.choices.map(one => h('label', { class: 'upsell-rule-check' },
    h('input', { type: 'checkbox', checked: held.includes(one), 'data-key': `s.${field.name}.${one}`, onchange: event => ctx.change(() => set(one, event.target.checked)) }), one)))
}

/** `names` of a condition, upon a setting: an empty list is a setting left out. */
const several = (ctx, config, field, label, list) => {
  const raw = { get names() { return config[field.name] }, set names(found) { put(config, field.name, found.length ? found : undefined) } }
  return h('span', { class: 'upsell-rule-several' }, names(ctx, `s.${field.name}`, { name: 'names', label, add: `or another ${label.toLowerCase()}`, list }, raw))
}

const resources = (ctx, config, field) => {
  const all = config[field.name]?.includes('*') ?? false
  const tick = h('label', { class: 'upsell-rule-check' }, h('input', {
    type: 'checkbox', checked: all, 'data-key': `s.${field.name}.all`, onchange: event => ctx.change(() => put(config, field.name, !event.target.checked ? config[field.name]?.filter(one => one !== '*') : all ? config[field.name] : ['*'])),
  }), 'every one that the account has a limit for')
  return [tick, (!all || config[field.name].length > 1) && several(ctx, config, field, 'Resource', 'resources')]
}

const properties = (ctx, config, field) => {
  const wasObject = isObject(config[field.name]) || config[field.name] === undefined
  const rows = listed(config[field.name] ?? {})
  const store = () => {
    const paths = rows.map(row => row.path)
    const plain = wasObject && rows.every(row => row.op === 'is' && row.path) && new Set(paths).size === paths.length
    put(config, field.name, !rows.length ? undefined : plain ? Object.fromEntries(rows.map(row => [row.path, row.value])) : rows)
  }
  const own = { ...ctx, change: (act, more) => ctx.change(() => { act(); store() }, more) }
  const raw = { get where() { return rows }, set where(found) { rows.splice(0, rows.length, ...found) } }
  return where(own, `s.${field.name}`, { name: 'where', label: 'Only with' }, raw)
}

const ACTIVITY = [{ name: 'at_least', least: 1, most: 1_000_000 }, { name: 'days', least: 1, most: 730 }]
const activity = (ctx, config, field) => {
  const held = config[field.name]
  const tick = h('label', { class: 'upsell-rule-check' }, h('input', {
    type: 'checkbox', checked: held !== undefined, 'data-key': `s.${field.name}.on`, onchange: event => ctx.change(() => put(config, field.name, event.target.checked ? held ?? structuredClone(field.example) : undefined)),
  }), 'they must have done something')
  if (held === undefined) return tick
  const numbers = ACTIVITY.map(one => h('label', { class: 'upsell-rule-field' }, h('span', { class: 'upsell-rule-label' }, one.name === 'days' ? 'in so many days' : 'at least so often'),
    h('input', {
      type: 'number', class: 'upsell-input upsell-rule-number', min: one.least, max: one.most, 'data-key': `s.${field.name}.${one.name}`, value: held[one.name] ?? '',
      oninput: event => ctx.change(() => put(held, one.name, event.target.value === '' ? undefined : Number(event.target.value)), { redraw: false }),
    })))
  const raw = { get names() { return held.events }, set names(found) { held.events = found } }
  return [tick, h('span', { class: 'upsell-rule-several' }, names(ctx, `s.${field.name}.events`, { name: 'names', label: 'Event', add: 'or another event', empty: 'any event' }, raw), numbers)]
}

const json = (ctx, config, field) => h('textarea', {
  class: 'upsell-sample', rows: 4, spellcheck: 'false', ...attributes(field), value: config[field.name] === undefined ? '' : JSON.stringify(config[field.name], null, 1),
  oninput: event => {
    try {
      const found = event.target.value.trim() ? JSON.parse(event.target.value) : undefined
      event.target.setCustomValidity('')
      ctx.change(() => put(config, field.name, found), { redraw: false })
    } catch {
      event.target.setCustomValidity('This is no JSON.')
      event.target.reportValidity()
    }
  },
})

const CONTROLS = {
  event: text, path: text, trait: text, label: text, season: text, text, whole, days: whole, share, choice, choices, where: properties, resources, activity,
  events: (ctx, config, field) => several(ctx, config, field, 'Event', 'events'),
}

export const control = (ctx, config, field) =>
  (fitsField(field, config[field.name]) ? CONTROLS[field.sort] ?? json : json)(ctx, config, field)
