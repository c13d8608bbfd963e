/**
 * A rule as JSON, as the tree of nodes that the form shows, and back.
 *
 * Node: {id, type: 'group', kind: 'all' | 'any' | 'none' | 'enough', items, bare, atLeast}, {id, type: 'test', raw} or
 * {id, type: 'json', raw} for what the form cannot show. `weight` is that of an item of an `enough` group. `raw` is the
 * JSON itself: what nobody touches is written as it was read.
 */
import { fits, isObject } from './kinds.js'

export const GROUPS = { all: 'All of these hold', any: 'Any of these holds', none: 'None of these holds', enough: 'Enough of these hold' }
let last = 0

export const newNode = (type, more) => ({ id: ++last, type, ...more })
/** `bare`: with one item it is written without the list around it. */
export const newGroup = (kind, items = [], bare = false) => newNode('group', { kind, items, bare, atLeast: 0.6 })

const has = (raw, ...keys) => isObject(raw) && Object.keys(raw).length === keys.length && keys.every(key => Object.hasOwn(raw, key))
const filled = list => Array.isArray(list) && list.length > 0
const isWeighed = raw => has(raw, 'weighed', 'at_least') && filled(raw.weighed) && typeof raw.at_least === 'number' &&
  raw.weighed.every(one => has(one, 'weight', 'if') && typeof one.weight === 'number')

export const read = raw => {
  if (has(raw, 'all') && filled(raw.all)) return newGroup('all', raw.all.map(read))
  if (has(raw, 'any') && filled(raw.any)) return newGroup('any', raw.any.map(read))
  if (has(raw, 'not') && has(raw.not, 'any') && filled(raw.not.any)) return newGroup('none', raw.not.any.map(read))
  if (has(raw, 'not') && isObject(raw.not)) return newGroup('none', [read(raw.not)], true)
  if (isWeighed(raw)) {
    const items = raw.weighed.map(one => Object.assign(read(one.if), { weight: one.weight }))
    return Object.assign(newGroup('enough', items), { atLeast: raw.at_least })
  }
  return newNode(fits(raw) ? 'test' : 'json', { raw })
}

/** The root is always a group, so that something can be added beside the first condition. */
export const readRoot = raw => {
  if (isObject(raw) && !Object.keys(raw).length) return newGroup('all', [], true)
  const found = read(raw)
  return found.type === 'group' ? found : newGroup('all', [found], true)
}

const under = (path, name) => (path ? `${path}.${name}` : name)

/** The JSON of a node. `places` gets [path, id] of every node, as the server names the places of problems. */
export const write = (node, path = '', places = []) => {
  places.push([path, node.id])
  if (node.type !== 'group') return node.raw
  const list = name => node.items.map((item, at) => write(item, under(path, `${name}[${at}]`), places))
  if (node.kind === 'enough') {
    const weighed = node.items.map((item, at) => {
      const place = under(path, `weighed[${at}]`)
      places.push([place, item.id])
      return { weight: item.weight ?? 1, if: write(item, `${place}.if`, places) }
    })
    return { weighed, at_least: node.atLeast }
  }
  const [only] = node.items
  const alone = node.bare && node.items.length === 1
  if (node.kind !== 'none') return alone && node.kind === 'all' ? write(only, path, places) : { [node.kind]: list(node.kind) }
  if (alone && !(only.type === 'group' && only.kind === 'any')) return { not: write(only, under(path, 'not'), places) }
  return { not: { any: list('not.any') } }
}

/** {node, parent, at}; the root has no parent. */
export const find = (root, id, parent = null, at = 0) => {
  if (root.id === id) return { node: root, parent, at }
  for (const [place, item] of (root.items ?? []).entries()) {
    const found = find(item, id, root, place)
    if (found) return found
  }
  return null
}

export const each = (node, visit) => {
  visit(node)
  for (const item of node.items ?? []) each(item, visit)
}

export const remove = (root, id) => {
  const { parent, at } = find(root, id)
  parent.items.splice(at, 1)
}

export const move = (root, id, by) => {
  const { node, parent, at } = find(root, id)
  if (!parent?.items[at + by]) return
  parent.items.splice(at, 1)
  parent.items.splice(at + by, 0, node)
}

/** Into the group before it; where there is none, into a group of its own. */
export const indent = (root, id) => {
  const { node, parent, at } = find(root, id)
  const before = parent.items[at - 1]
  if (before?.type === 'group') {
    parent.items.splice(at, 1)
    before.items.push(node)
  } else {
    const wrap = newGroup(parent.kind === 'any' ? 'all' : 'any', [node])
    if (node.weight !== undefined) wrap.weight = node.weight
    parent.items[at] = wrap
  }
}

/** Out of its group, behind it; a group that is empty then goes. */
export const outdent = (root, id) => {
  const { node, parent, at } = find(root, id)
  const outer = parent && find(root, parent.id)
  if (!outer?.parent) return
  parent.items.splice(at, 1)
  outer.parent.items.splice(outer.at + 1, 0, node)
  if (!parent.items.length) outer.parent.items.splice(outer.at, 1)
}

/** Whether JavaScript's numbers hold all numbers of this JSON. */
export const isExact = text =>
  !(text.replace(/"(?:\\.|[^"\\])*"/g, '').match(/-?\d[\d.]*(?:[eE][+-]?\d+)?/g) ?? []).some(
    number => number.replace(/[eE].*/, '').replace(/[-.]/g, '').replace(/^0+/, '').length > 15 || !Number.isFinite(Number(number))
  )
