/** A group with everything in it, and the buttons that put things elsewhere. */
import { condition, json } from './condition.js'
import { button, choice, number } from './controls.js'
import { h, labeled } from './dom.js'
import { fresh } from './kinds.js'
import { find, GROUPS, indent, move, newGroup, newNode, outdent, remove } from './tree.js'

const newTest = ctx => newNode('test', { raw: fresh('trait', ctx.about()), fresh: true })

/** What moves a node; also by Alt and an arrow while one of its buttons has the focus. */
export const moves = (ctx, node) => {
  const { parent, at } = find(ctx.root, node.id)
  const keep = name => ({ focus: `${node.id}.${name}` })
  const go = (name, act) => () => ctx.change(act, keep(name))
  return {
    ArrowUp: at > 0 && go('up', () => move(ctx.root, node.id, -1)),
    ArrowDown: at < parent.items.length - 1 && go('down', () => move(ctx.root, node.id, 1)),
    ArrowRight: go('in', () => indent(ctx.root, node.id)),
    ArrowLeft: parent !== ctx.root && go('out', () => outdent(ctx.root, node.id)),
  }
}

const tools = (ctx, node, what) => {
  const can = moves(ctx, node)
  const { parent, at } = find(ctx.root, node.id)
  const next = parent.items[at + 1] ?? parent.items[at - 1]
  const gone = { focus: next ? `${next.id}.remove` : `${parent.id}.add` }
  const tool = (label, glyph, name, act) => button(`${label} ${what}`, glyph, `${node.id}.${name}`, act, !act)
  return h('div', { class: 'upsell-rule-tools' },
    tool('Move up', '↑', 'up', can.ArrowUp), tool('Move down', '↓', 'down', can.ArrowDown),
    tool('Put into a group', '→', 'in', can.ArrowRight), tool('Take out of the group', '←', 'out', can.ArrowLeft),
    tool('Remove', '✕', 'remove', () => ctx.change(() => remove(ctx.root, node.id), gone)))
}

const weight = (ctx, node, parent) => parent.kind === 'enough' &&
  labeled('Weight', number(ctx, `${node.id}.weight`, node.weight ?? 1, n => { node.weight = n }, { min: 0 }))

const leaf = (ctx, node, parent, what) => {
  const shown = node.type === 'test' ? condition(ctx, node) : json(ctx, node)
  return h('div', { class: 'upsell-rule-item', role: 'group', 'aria-label': what, 'data-node': node.id },
    h('div', { class: 'upsell-rule-line' }, weight(ctx, node, parent), shown, tools(ctx, node, what)),
    h('ul', { class: 'upsell-rule-problems', id: ctx.problemsId(node.id) }))
}

const header = (ctx, node) => {
  const names = { ...GROUPS }
  const percent = number(ctx, `${node.id}.at_least`, Number((node.atLeast * 100).toPrecision(15)), n => { node.atLeast = Number(((n ?? 0) / 100).toPrecision(15)) }, { min: 0, max: 100, 'aria-label': 'At least so many percent of all weights' })
  return [choice(ctx, `${node.id}.kind`, names, node.kind, kind => { if (kind === node.kind) return; node.kind = kind; node.bare = node.bare && kind !== 'any' && kind !== 'enough' }, { 'aria-label': 'How they are joined' }),
    node.kind === 'enough' && h('span', { class: 'upsell-rule-together' }, 'at least', percent, '% of the weights')]
}

const adders = (ctx, node, what) => {
  const add = made => ctx.change(() => node.items.push(made), { focus: `${(made.items?.[0] ?? made).id}.fact` })
  const kind = node.kind === 'any' ? 'all' : 'any'
  return h('div', { class: 'upsell-rule-tools' },
    button('Add a condition', '', `${node.id}.add`, () => add(newTest(ctx))),
    button('Add a group', '', `${node.id}.group`, () => add(newGroup(kind, [newTest(ctx)]))))
}

export const group = (ctx, node, what = 'The rule') => {
  const root = node === ctx.root
  const items = node.items.map((item, at) => {
    const place = `${item.type === 'group' ? 'group' : 'condition'} ${at + 1} of ${node.items.length}${root ? '' : ` in ${what}`}`
    return item.type === 'group' ? group(ctx, item, place) : leaf(ctx, item, node, place)
  })
  return h('div', { class: root ? 'upsell-rule-root' : 'upsell-rule-item upsell-rule-group', role: 'group', 'aria-label': what, 'data-node': node.id },
    h('div', { class: 'upsell-rule-line' },
      h('div', { class: 'upsell-rule-fields' }, !root && weight(ctx, node, find(ctx.root, node.id).parent), header(ctx, node)),
      !root && tools(ctx, node, what)),
    node.items.length ? h('div', { class: 'upsell-rule-items' }, items) : h('p', { class: 'upsell-quiet' }, 'There is no condition yet.'),
    h('ul', { class: 'upsell-rule-problems', id: ctx.problemsId(node.id) }),
    adders(ctx, node, what))
}
