/** What the server found wrong, at the condition where it is. */
import { h } from './dom.js'
import { KINDS } from './kinds.js'
import { each, find } from './tree.js'

/** Per node: [what of it, sentence]. Places are nested: the longest that fits is meant, of equal ones the innermost. */
export const sort = (problems, places, root) => {
  const sorted = new Map()
  const longest = [...places].reverse().sort((one, other) => other[0].length - one[0].length)
  for (const { path, sentence } of problems) {
    const [place, id] = longest.find(([start]) => !start || path === start || path.startsWith(`${start}.`) || path.startsWith(`${start}[`)) ?? ['', root.id]
    const rest = path.slice(place.length).replace(/\[(\d+)\]/g, '.$1').replace(/^\./, '')
    sorted.set(id, [...(sorted.get(id) ?? []), [rest, sentence]])
  }
  return sorted
}

export const capital = text => text[0].toUpperCase() + text.slice(1)
const valueAt = (raw, rest) => rest.split('.').reduce((value, name) => value?.[name], raw)
const isEmpty = value => value === '' || value === undefined || value === null || (value instanceof Array && !value.some(Boolean))
const article = word => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word.toLowerCase()}`

/** What is to be chosen where nothing was yet; nothing for what is there but wrong. */
const wanted = (node, rest) => {
  if (node.type !== 'test' || !isEmpty(valueAt(node.raw, rest))) return ''
  const name = rest.split('.')[0]
  const field = KINDS[node.raw.fact]?.fields.find(one => one.name === name)
  if (name === 'where' && rest.endsWith('.path')) return 'Choose a property.'
  if (/^value(\.|$)/.test(rest)) return 'Enter a value to compare with.'
  if (field?.sort === 'names') return 'Choose an event.'
  return field ? `Choose ${article(field.label)}.` : ''
}
/** A sentence of its own says what it is about; others are about a place. */
const says = (rest, sentence) => (/^\p{Lu}|^“/u.test(sentence) ? sentence : capital(`${rest.replaceAll('_', ' ').replace(/\.(\d+)/g, (_, place) => ` ${Number(place) + 1}`).replaceAll('.', ': ')} ${sentence}`.trim()))

const mark = (form, key, id) => {
  for (let at = key; at.includes('.'); at = at.slice(0, at.lastIndexOf('.'))) {
    const control = form.querySelector(`[data-key="${CSS.escape(at)}"]`)
    if (!control) continue
    control.setAttribute('aria-invalid', 'true')
    control.setAttribute('aria-describedby', id)
    return
  }
}

const atNodes = (form, sorted, advised, ctx) => {
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid')
    control.removeAttribute('aria-describedby')
  }
  each(ctx.root, node => {
    const list = form.querySelector(`#${CSS.escape(ctx.problemsId(node.id))}`)
    const those = node.fresh ? [] : sorted.get(node.id) ?? []
    const own = node.broken === undefined ? those : [['', 'this is no JSON']]
    const told = new Set(own.map(([rest, sentence]) => wanted(node, rest) || says(rest, sentence)))
    const advice = node.fresh ? [] : (advised.get(node.id) ?? []).map(([, sentence]) => sentence)
    list?.replaceChildren(...[...told].map(one => h('li', {}, one)), ...[...new Set(advice)].map(one => h('li', { class: 'upsell-rule-advice' }, one)))
    for (const [rest] of own) mark(form, `${node.id}.${rest}`, ctx.problemsId(node.id))
  })
}

const counted = count => (count === 1 ? '1 problem.' : `${count} problems.`)

/** `found` null: nobody answered. In JSON all are listed with their whole path. */
export const show = ({ area, form, status, found, asJson, ctx }) => {
  const problems = found?.problems ?? []
  const list = area.parentElement.querySelector(':scope > .upsell-rule-all') ?? h('ul', { class: 'upsell-rule-problems upsell-rule-all' })
  area.after(list)
  list.replaceChildren(...(asJson ? problems : []).map(({ path, sentence }) => h('li', {}, `${path || 'The rule'} ${sentence}`)),
    ...(asJson ? found?.hints ?? [] : []).map(({ sentence }) => h('li', { class: 'upsell-rule-advice' }, sentence)))
  const sorted = asJson ? new Map() : found?.sorted ?? new Map()
  if (!asJson) atNodes(form, sorted, found?.advised ?? new Map(), ctx)
  const fresh = [...sorted].reduce((sum, [id, those]) => sum + (find(ctx.root, id)?.node.fresh ? those.length : 0), 0)
  const shown = problems.length - fresh
  const text = !found ? 'The server does not answer: what is wrong will be said when you save.'
    : shown ? counted(shown) : fresh ? 'A condition is not complete yet.' : ''
  if (status.textContent !== text) status.textContent = text
}
