/** One condition: what it asks, field by field, and what the answer is compared with. */
import { button, choice, compared, number, span, text } from './controls.js'
import { h, labeled } from './dom.js'
import { askable, choicesOf, fresh, isFree, KINDS, typeOf } from './kinds.js'
import { read } from './tree.js'

/** An untouched value takes the type of what was picked. */
const adopt = (raw, type) => {
  if (raw.op !== 'is' || !['', null, undefined].includes(raw.value)) return
  if (type === 'date') Object.assign(raw, { op: 'within', value: [-7, 0] })
  else if (type === 'number') Object.assign(raw, { op: 'at_least', value: null })
  else raw.value = type === 'yesno' ? true : ''
}

/** The lists of properties of a sequence go along with its events: left out where all of them are empty. */
const along = (raw, act) => {
  if (!Array.isArray(raw.where)) return
  const found = act(raw.names.map((_, place) => raw.where[place] ?? []))
  if (found.some(one => one.length)) raw.where = found
  else delete raw.where
}

const ofStep = (raw, place) => ({
  get where() { return raw.where?.[place] },
  set where(found) {
    raw.where ??= []
    along(raw, held => held.with(place, found))
  },
})

/** `step(place)`: what else is asked of the event there. */
export const names = (ctx, key, field, raw, step = () => false) => {
  const held = raw[field.name] ?? []
  const shown = held.length ? held : ['']
  const set = place => value => {
    const found = shown.length === 1 && !value && !field.ordered ? [] : shown.toSpliced(place, 1, value)
    if (found.length || Object.hasOwn(raw, field.name)) raw[field.name] = found
    shown[place] = value
  }
  const drop = place => ctx.change(() => {
    if (field.steps) along(raw, those => those.toSpliced(place, 1))
    raw[field.name] = held.toSpliced(place, 1)
  }, { focus: `${key}.${Math.max(place - 1, 0)}` })
  const add = () => ctx.change(() => {
    raw[field.name] = [...shown, '']
    if (field.steps) along(raw, those => those)
  }, { focus: `${key}.${shown.length}` })
  return h('span', { class: 'upsell-rule-several', role: 'group', 'aria-label': field.group ?? `${field.label}s` }, shown.map((value, place) => h('span', { class: 'upsell-rule-together' },
    labeled(place ? field.add : field.label, text(ctx, `${key}.${place}`, value, set(place), { list: field.list ?? 'events', placeholder: field.empty, after: ctx.sawEvent })),
    held.length > 1 && button(`Remove event ${place + 1}`, '✕', `${key}.${place}.remove`, () => drop(place)),
    step(place))),
  button(`${field.add} …`, '', `${key}.add`, add))
}

const property = (ctx, key, held, place, drop) => {
  const one = held[place]
  const compare = () => compared(ctx, `${key}.`, one, ctx.typeOfPath(one.path), true, ['within'])
  const path = text(ctx, `${key}.path`, one.path, value => { one.path = value; adopt(one, ctx.typeOfPath(value)) }, {
    list: 'paths', 'aria-label': `Property ${place + 1}`, after: input => input.closest('.upsell-rule-property').querySelector('.upsell-rule-compare').replaceWith(compare()),
  })
  return h('span', { class: 'upsell-rule-together upsell-rule-property' }, path, button(`Remove property ${place + 1}`, '✕', `${key}.remove`, drop), compare())
}

export const where = (ctx, key, field, raw) => {
  const held = raw[field.name] ?? []
  const drop = place => () => ctx.change(() => { raw[field.name] = held.toSpliced(place, 1) }, { focus: `${key}.add` })
  const add = () => ctx.change(() => { raw[field.name] = [...held, { path: '', op: 'is', value: '' }] }, { focus: `${key}.${held.length}.path` })
  return h('span', { class: 'upsell-rule-several upsell-rule-wide', role: 'group', 'aria-label': field.group ?? field.label, 'data-step': field.step },
    held.map((_, place) => [h('span', { class: 'upsell-rule-label' }, place ? 'and' : field.label), property(ctx, `${key}.${place}`, held, place, drop(place))]),
    button('Only with a property …', '', `${key}.add`, add))
}

const step = (ctx, { id, raw }, place) => place < raw.names.length &&
  where(ctx, `${id}.where.${place}`, { name: 'where', label: 'Only with', group: `Event ${place + 1} only with`, step: place }, ofStep(raw, place))

const one = (ctx, node, field, after) => {
  const { raw } = node
  const key = `${node.id}.${field.name}`
  const value = raw[field.name] ?? field.otherwise
  const set = found => {
    if (found !== field.otherwise || Object.hasOwn(raw, field.name)) raw[field.name] = found
    if (found !== value) field.chosen?.(raw)
  }
  if (field.sort === 'names') return names(ctx, key, field, raw, field.steps && (place => step(ctx, node, place)))
  if (field.sort === 'steps') return null
  if (field.sort === 'where') return where(ctx, key, field, raw)
  if (field.sort === 'window') return labeled(field.label, span(ctx, key, value, set))
  if (field.sort === 'choice') return labeled(field.label, choice(ctx, key, choicesOf(field, ctx.about(), value), value, set))
  if (field.sort === 'whole') return labeled(field.label, number(ctx, key, value, set, { min: 0, step: 1 }))
  const list = field.list === 'traits' ? `traits.${raw.of}` : field.list
  return labeled(field.label, text(ctx, key, value ?? '', set, { list, placeholder: field.empty, after }))
}

export const condition = (ctx, node) => {
  const { raw } = node
  const kind = KINDS[raw.fact]
  const type = () => typeOf(raw, ctx.typeOfTrait, ctx.typeOfPath)
  const compare = () => compared(ctx, `${node.id}.`, raw, type(), isFree(raw))
  const after = input => {
    if (!isFree(raw)) return
    adopt(raw, type())
    ctx.save()
    input.closest('.upsell-rule-fields').querySelector(':scope > .upsell-rule-compare').replaceWith(compare())
  }
  const fields = kind.fields.filter(field => !field.shown || field.shown(raw)).map(field => one(ctx, node, field, after))
  return h('div', { class: 'upsell-rule-fields' },
    labeled('Asks for', choice(ctx, `${node.id}.fact`, askable(ctx.about(), raw.fact), raw.fact, chosen => { if (chosen !== raw.fact) node.raw = fresh(chosen, ctx.about()) })),
    fields, compare(), kind.hint && h('span', { class: 'upsell-quiet upsell-rule-hint' }, kind.hint))
}

/** What the form cannot show stays as JSON, in its place; once it can, a button shows it. */
export const json = (ctx, node) => {
  const key = `${node.id}.json`
  const better = () => node.broken === undefined && read(node.raw).type !== 'json'
  const become = () => {
    const found = read(node.raw)
    delete node.raw
    Object.assign(node, found, { id: node.id })
  }
  const write = event => {
    let found
    try {
      found = { raw: JSON.parse(event.target.value), broken: undefined }
    } catch {
      found = { broken: event.target.value }
    }
    ctx.change(() => Object.assign(node, found), { key, redraw: false })
    show.hidden = !better()
  }
  const shown = node.broken ?? JSON.stringify(node.raw, null, 1)
  const rows = Math.min(12, shown.split('\n').length + 1)
  const show = button('Show it in the form', '', `${node.id}.show`, () => ctx.change(become))
  show.hidden = !better()
  return h('div', { class: 'upsell-rule-fields' }, labeled('JSON that this form cannot show: it stays as it is',
    h('textarea', { class: 'upsell-sample', rows, spellcheck: 'false', 'data-key': key, value: shown, oninput: write }), 'upsell-rule-wide'), show)
}
