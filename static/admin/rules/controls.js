/**
 * Inputs for the parts of a condition. Each has a `data-key` by which the focus finds it again, and writes what was
 * typed straight into the JSON: `set(value)` runs within `ctx.change`.
 */
import { h, options } from './dom.js'
import { opsFor, PHASES, reshaped, UNITS } from './kinds.js'

const TYPES = { text: 'text', number: 'number', yesno: 'yes or no' }
const rounded = number => Number(number.toPrecision(15))

export const button = (label, glyph, key, act, disabled = false) =>
  h('button', {
    type: 'button', class: 'upsell-rule-button', 'aria-label': glyph && label, title: glyph && label, 'data-key': key,
    'aria-disabled': disabled && 'true', onclick: () => disabled || act(),
  }, glyph || label)

/** `after(input)`: what depends on the text, drawn anew without touching the input itself. Ask the input where it is:
 * `redrawn` may have moved it since. */
export const text = (ctx, key, value, set, { list, after, ...attrs } = {}) =>
  h('input', {
    type: 'text', class: 'upsell-input', 'data-key': key, list: list && ctx.listId(list), autocomplete: 'off', maxlength: 200,
    value, ...attrs, oninput: event => { ctx.change(() => set(event.target.value), { key, redraw: false }); after?.(event.target) },
  })

export const number = (ctx, key, value, set, attrs = {}) =>
  h('input', {
    type: 'number', step: 'any', class: 'upsell-input upsell-rule-number', 'data-key': key, value: value ?? '', ...attrs,
    oninput: event => ctx.change(() => set(event.target.value === '' ? null : Number(event.target.value)), { key, redraw: false }),
  })

export const choice = (ctx, key, choices, chosen, set, attrs = {}) =>
  h('select', { class: 'upsell-select', 'data-key': key, ...attrs, onchange: event => ctx.change(() => set(event.target.value)) },
    options(choices, chosen))

export const span = (ctx, key, value, set) => {
  const [[unit, length]] = Object.entries(value)
  const change = chosen => set(['days', 'hours'].includes(chosen) ? { [chosen]: unit === 'this' ? 14 : length } : { this: chosen })
  return h('span', { class: 'upsell-rule-together' },
    unit !== 'this' && number(ctx, key, length, n => set({ [unit]: n }), { min: 1, step: 1, 'aria-label': 'How many' }),
    choice(ctx, `${key}.unit`, UNITS, unit === 'this' ? length : unit, change, { 'aria-label': 'Time' }))
}

const actual = (value, type) => {
  if (typeof value === 'boolean') return 'yesno'
  if (typeof value === 'number') return 'number'
  return value === null && ['number', 'percent'].includes(type) ? 'number' : 'text'
}
const converted = (value, type) => {
  if (type === 'yesno') return value !== false
  return type === 'number' ? Number(value) || 0 : String(value ?? '')
}

const plain = (ctx, key, value, type, set) => {
  const attrs = { 'aria-label': 'Value' }
  if (type === 'phase' && Object.hasOwn(PHASES, value)) return choice(ctx, key, PHASES, value, set, attrs)
  const is = actual(value, type)
  if (is === 'yesno') return choice(ctx, key, { true: 'yes', false: 'no' }, String(value), one => set(one === 'true'), attrs)
  if (is === 'text') return text(ctx, key, value ?? '', set, { ...attrs, list: 'values' })
  if (type !== 'percent') return number(ctx, key, value, set, attrs)
  const input = number(ctx, key, value === null ? null : rounded(value * 100), n => set(n === null ? null : rounded(n / 100)), { 'aria-label': 'Value in percent' })
  return h('span', { class: 'upsell-rule-together' }, input, '%')
}

/** One value; where it may be of any type, with a choice of the type. */
const single = (ctx, key, value, type, free, set) => {
  const is = actual(value, type)
  const expected = type === 'percent' ? 'number' : type
  const odd = type !== 'any' && type !== 'phase' && type !== 'date' && is !== expected
  const types = free || odd || (type === 'phase' && !Object.hasOwn(PHASES, value))
  return [plain(ctx, key, value, type, set),
    types && choice(ctx, `${key}.type`, TYPES, is, one => set(converted(value, one)), { 'aria-label': 'Type of the value' })]
}

const days = (ctx, key, word, value, set) =>
  h('span', { class: 'upsell-rule-together' }, word,
    number(ctx, key, value === null ? null : Math.abs(value), n => set(n === null ? null : value < 0 ? -n : n), { min: 0, step: 1, 'aria-label': `${word} days` }),
    choice(ctx, `${key}.side`, { before: 'days before it', after: 'days after it' }, value < 0 || Object.is(value, -0) ? 'before' : 'after',
      side => set(side === 'before' ? -Math.abs(value) : Math.abs(value)), { 'aria-label': `${word} before or after` }))

const phases = (ctx, key, held, set) =>
  h('span', { class: 'upsell-rule-together', role: 'group', 'aria-label': 'Value' }, Object.entries(PHASES).map(([phase, label]) =>
    h('label', { class: 'upsell-rule-check' }, h('input', {
      type: 'checkbox', 'data-key': `${key}.${phase}`, checked: held.includes(phase),
      onchange: event => ctx.change(() => set(event.target.checked ? [...new Set([...held, phase])] : held.filter(one => one !== phase))),
    }), label)))

const several = (ctx, key, held, type, free, set) => {
  const at = (place, value) => set(held.toSpliced(place, 1, value))
  return h('span', { class: 'upsell-rule-several' },
    held.map((value, place) => h('span', { class: 'upsell-rule-together' },
      single(ctx, `${key}.${place}`, value, type, free, one => { held[place] = one; set(held) }),
      held.length > 1 && button(`Remove value ${place + 1}`, '✕', `${key}.${place}.remove`, () => ctx.change(() => set(held.toSpliced(place, 1)), { focus: `${key}.${Math.max(place - 1, 0)}` })))),
    button('or another', '', `${key}.add`, () => ctx.change(() => set([...held, converted('', actual(held[0], type))]), { focus: `${key}.${held.length}` })))
}

/** The comparison and what it compares with, of a condition or of a property: `raw` is {op, value, ...}. */
export const compared = (ctx, key, raw, type, free, without = []) => {
  const set = value => { raw.value = value }
  const reshape = op => {
    if (op === raw.op) return
    const value = reshaped(op, raw.value, type)
    raw.op = op
    if (value === undefined) delete raw.value
    else raw.value = value
  }
  const offered = Object.entries(opsFor(type, raw.op)).filter(([op]) => op === raw.op || !without.includes(op))
  return h('span', { class: 'upsell-rule-compare' },
    choice(ctx, `${key}op`, Object.fromEntries(offered), raw.op, reshape, { 'aria-label': 'Comparison' }),
    values(ctx, `${key}value`, raw, type, free, set))
}

const values = (ctx, key, raw, type, free, set) => {
  if (raw.op === 'known' || raw.op === 'unknown') return null
  if (raw.op === 'between' || raw.op === 'within') {
    const at = place => one => { raw.value[place] = one }
    if (raw.op === 'within') return [days(ctx, `${key}.0`, 'from', raw.value[0], at(0)), days(ctx, `${key}.1`, 'to', raw.value[1], at(1))]
    const scaled = type === 'percent' ? 'percent' : 'number'
    return [plain(ctx, `${key}.0`, raw.value[0], scaled, at(0)), h('span', {}, 'and'), plain(ctx, `${key}.1`, raw.value[1], scaled, at(1))]
  }
  if (raw.op !== 'one_of') return single(ctx, key, raw.value, type, free, set)
  const known = type === 'phase' && raw.value.every(one => Object.hasOwn(PHASES, one))
  return known ? phases(ctx, key, raw.value, set) : several(ctx, key, raw.value, type, free, set)
}

