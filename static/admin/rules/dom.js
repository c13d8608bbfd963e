/** Elements without markup in texts: everything that was typed is set as a property or a text node. */
export const h = (tag, attrs = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attrs)) {
    if (value === false || value === null || value === undefined || name === 'value') continue
    if (name.startsWith('on')) element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false))
  if (attrs.value !== undefined && attrs.value !== null) element.value = attrs.value
  return element
}

export const options = (choices, chosen) =>
  Object.entries(choices).map(([value, label]) => h('option', { value, selected: value === chosen }, label))

/** A control under its label; several that belong together are a group of that name. */
export const labeled = (text, control, more = '') => {
  const single = control.dataset.key
  if (single) control.id = `rule-${single}`
  return h('div', { class: `upsell-rule-field ${more}`, role: !single && 'group', 'aria-label': !single && text },
    h(single ? 'label' : 'span', { class: 'upsell-rule-label', for: single && control.id }, text), control)
}

const same = (one, other) => one.childNodes.length === other.childNodes.length && [...one.options].every((option, at) => option.value === other.options[at].value)
const take = (held, fresh) => {
  for (const { name } of [...held.attributes]) if (!fresh.hasAttribute(name)) held.removeAttribute(name)
  for (const { name, value } of fresh.attributes) held.setAttribute(name, value)
}
/** Put the children of `fresh` into `held`, but leave `active` and what is around it where it is. */
const keep = (held, fresh, active, next) => {
  if (held === active) {
    if (!same(held, next)) held.replaceChildren(...next.childNodes)
    if (held.value !== next.value) held.value = next.value
    held.onchange = next.onchange
    return
  }
  const inner = [...held.childNodes].find(node => node.contains(active))
  const wanted = [...fresh.childNodes].find(node => node.contains(next))
  const at = [...fresh.childNodes].indexOf(wanted)
  const [before, after] = [[...fresh.childNodes].slice(0, at), [...fresh.childNodes].slice(at + 1)]
  for (const node of [...held.childNodes]) if (node !== inner) node.remove()
  inner.before(...before)
  inner.after(...after)
  take(inner, wanted)
  keep(inner, wanted, active, next)
}
const path = (node, top) => (node === top ? '' : `${path(node.parentNode, top)} ${node.tagName}`)

/**
 * Draw the children of `box` anew. The focus goes to the control with this `data-key`, else stays where it was. A
 * select that has it stays itself: who chooses by typing types on.
 */
export const redrawn = (box, children, focus = '') => {
  const active = box.contains(document.activeElement) ? document.activeElement : null
  const key = focus || active?.dataset.key
  const find = within => key && within.querySelector(`[data-key="${CSS.escape(key)}"]`)
  const fresh = h('div', {}, children)
  const next = find(fresh)
  if (next && active?.tagName === 'SELECT' && active.dataset.key === key && path(active, box) === path(next, fresh)) {
    keep(box, fresh, active, next)
    return true
  }
  box.replaceChildren(...fresh.childNodes)
  next?.focus()
  return Boolean(next) || !active
}

let pressed = false
const waiting = new Set()
const release = () => {
  pressed = false
  setTimeout(() => {
    const due = [...waiting]
    waiting.clear()
    for (const act of due) act()
  })
}
document.addEventListener('pointerdown', () => { pressed = true }, true)
for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, release, true)

/** Now, or once the pointer is up: what moves while it is down is not what gets the click. */
export const calmly = act => {
  if (pressed) waiting.add(act)
  else act()
}
