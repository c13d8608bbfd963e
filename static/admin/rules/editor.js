/** The editor of one rule: the text area with its JSON stays what is sent, the form is one way to write it. */
import { button } from './controls.js'
import { calmly, h, redrawn } from './dom.js'
import { group, moves } from './group.js'
import { lists } from './lists.js'
import { show, sort } from './problems.js'
import { worded } from './server.js'
import { each, find, isExact, readRoot, write } from './tree.js'

const STEPS = 100
const CALM = 250 // ms without typing until the server is asked

/** `about()`: whom the rule is about, as the form says now. */
export const edit = (area, { wordUrl, choicesUrl, said = '', outer = area.form, about = () => outer?.elements.about?.value ?? '' }) => {
  const prefix = area.id
  const form = h('div', { class: 'upsell-rule-form' })
  const bar = h('div', { class: 'upsell-rule-bar' })
  const sentence = h('p', { class: 'upsell-rule-sentence' })
  const status = h('p', { class: 'upsell-rule-status', role: 'status', 'aria-live': 'polite' })
  const seen = lists(prefix, choicesUrl)
  const past = []
  const undone = []
  let timer, lastKey, places, asJson
  let found = { sentence: said, problems: [], sorted: new Map(), advised: new Map() }

  const parse = () => {
    const text = area.value.trim()
    if (!isExact(text)) throw new Error('It holds a number with more digits than the form can keep.')
    return readRoot(text ? JSON.parse(text) : {})
  }
  const remember = key => {
    if (key && key === lastKey) return
    past.push(structuredClone(ctx.root))
    if (past.length > STEPS) past.shift()
    undone.length = 0
  }
  const save = () => {
    places = []
    const raw = write(ctx.root, '', places)
    area.value = ctx.root.items.length ? JSON.stringify(raw, null, 1) : ''
    ask()
  }
  const ask = () => {
    clearTimeout(timer)
    timer = setTimeout(answer, CALM)
    area.dispatchEvent(new Event('rule'))
  }
  const answer = async () => {
    const text = area.value
    const empty = !text.trim() || text.trim() === '{}'
    const news = empty ? { sentence: '', problems: [], hints: [] } : await worded(wordUrl, { rule: text, about: about() })
    if (text !== area.value) return
    found = news && { ...news, sorted: asJson ? new Map() : sort(news.problems, places, ctx.root), advised: asJson ? new Map() : sort(news.hints ?? [], places, ctx.root) }
    calmly(tell)
  }
  const tell = () => {
    sentence.textContent = found?.sentence ?? ''
    sentence.hidden = !found?.sentence
    show({ area, form, status, found, asJson, ctx })
  }
  const redraw = (focus = '') => {
    const kept = redrawn(form, group(ctx, ctx.root), focus)
    drawBar()
    if (!kept) form.querySelector('button, select, input')?.focus()
    tell()
  }
  const step = (from, to) => {
    if (!from.length) return
    to.push(structuredClone(ctx.root))
    ctx.root = from.pop()
    lastKey = undefined
    save()
    redraw()
  }
  const undo = () => step(past, undone)
  const redo = () => step(undone, past)

  const ctx = {
    root: null,
    about,
    problemsId: id => `${prefix}-problems-${id}`,
    listId: name => `${prefix}-${name}`,
    typeOfTrait: seen.typeOfTrait,
    typeOfPath: seen.typeOfPath,
    save,
    sawEvent: () => {
      const names = []
      each(ctx.root, node => names.push(...(node.raw?.names instanceof Array ? node.raw.names : [])))
      // Whoever waits in a field by then is offered what has come.
      seen.see(names, () => { if (form.contains(document.activeElement)) onEnter({ target: document.activeElement }) })
    },
    /** `key`: typing on in the same input is one step back. `focus`: where the focus goes. */
    change: (act, { key, redraw: drawn = true, focus } = {}) => {
      remember(key)
      lastKey = key
      act()
      save()
      if (drawn) redraw(focus)
      else drawBar()
    },
  }

  const toForm = () => {
    try {
      ctx.root = parse()
    } catch (error) {
      status.textContent = `The form cannot show this. ${error.message}`
      return false
    }
    asJson = false
    save0()
    return true
  }
  const save0 = () => { places = []; write(ctx.root, '', places) }
  const toggle = () => {
    const back = asJson
    if (back) {
      const before = ctx.root && structuredClone(ctx.root)
      if (!toForm()) return
      if (before) past.push(before)
      undone.length = 0
      lastKey = undefined
    } else if (broken()) return
    else asJson = true
    swap()
    if (back) { redraw(); bar.querySelector('[data-key=toggle]').focus() } { drawBar(); area.focus(); tell() }
    ask()
  }
  const swap = () => { area.hidden = !asJson; form.hidden = asJson }
  const drawBar = () => {
    const active = bar.contains(document.activeElement) && document.activeElement.dataset.key
    bar.replaceChildren(
      asJson ? '' : button('Undo', '', 'undo', undo, !past.length), asJson ? '' : button('Redo', '', 'redo', redo, !undone.length),
      button(asJson ? 'Back to the form' : 'Edit as JSON', '', 'toggle', toggle))
    if (active) bar.querySelector(`[data-key="${active}"]`)?.focus()
  }
  /** A piece of JSON that cannot be read would be lost: go there instead. */
  const broken = () => {
    let id
    if (!asJson) each(ctx.root, node => { if (node.broken !== undefined) id ??= node.id })
    if (!id) return false
    status.textContent = 'One piece of JSON cannot be read.'
    form.querySelector(`[data-key="${id}.json"]`)?.focus()
    return true
  }
  const onKey = event => {
    const typing = event.target.matches('input:not([type=checkbox]), textarea')
    const letter = event.key.toLowerCase()
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !typing && !asJson && (letter === 'z' || letter === 'y')) {
      event.preventDefault()
      if (letter === 'y' || event.shiftKey) redo()
      else undo()
    }
    const at = event.target.closest('[data-node]')
    if (!event.altKey || event.ctrlKey || !event.target.matches('button') || !at || Number(at.dataset.node) === ctx.root.id) return
    const act = moves(ctx, find(ctx.root, Number(at.dataset.node)).node)[event.key]
    if (event.key.startsWith('Arrow')) event.preventDefault()
    if (act) act()
  }
  const onLeave = event => {
    const item = event.target.closest('[data-node]')
    const node = item && !item.contains(event.relatedTarget) && find(ctx.root, Number(item.dataset.node))?.node
    if (!node?.fresh) return
    delete node.fresh
    calmly(tell)
  }
  const onEnter = event => {
    const node = find(ctx.root, Number(event.target.closest('[data-node]')?.dataset.node))?.node
    if (node?.type !== 'test') return
    const step = event.target.closest('[data-step]')?.dataset.step
    seen.offerPaths(step ? [node.raw.names[step]].filter(Boolean) : node.raw.names)
    seen.offerValues(node.raw.of, node.raw.fact === 'trait' ? node.raw.name : undefined)
  }

  const wrap = h('div', { class: 'upsell-rule-editor', onkeydown: onKey }, bar, form)
  area.before(wrap)
  wrap.append(area, sentence, status, ...seen.elements)
  form.addEventListener('focusout', onLeave)
  form.addEventListener('focusin', onEnter)
  area.addEventListener('input', ask)
  outer?.elements.about?.addEventListener('change', () => { if (!asJson) redraw(); ask() })
  outer?.addEventListener('submit', event => { if (broken()) event.preventDefault() })
  asJson = !toForm()
  swap()
  if (asJson) drawBar()
  else redraw()
  ask()
  // What is typed into or clicked on right now is not replaced for a longer list of comparisons.
  seen.load(() => calmly(() => { if (!asJson && !form.contains(document.activeElement)) redraw() }))
  if (!asJson) ctx.sawEvent()
  return { wrap, reload: () => { if (toForm()) { swap(); redraw(); ask() } } }
}
