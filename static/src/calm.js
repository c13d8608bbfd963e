/** Is this a moment to show something? Each entry of a table is a reason against it, in words for `debug`. */
import { emit, state } from './state.js'

let lastInput = -Infinity
export const msUntilRested = () => 1500 - (performance.now() - lastInput)

export const watchInput = () => {
  for (const input of ['keydown', 'pointerdown', 'wheel', 'touchmove', 'input']) {
    addEventListener(input, () => { lastInput = performance.now() }, { capture: true, passive: true })
  }
}

const onScreen = selector => [...document.querySelectorAll(selector)].some(node => {
  const { top, left, bottom, right, width } = node.getBoundingClientRect()
  return width && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth &&
    (node.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) ?? true)
})

const isTyping = () => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node?.isContentEditable || node?.matches('textarea, select, iframe, [role=textbox], input:not(' +
    '[type=button], [type=submit], [type=reset], [type=checkbox], [type=radio], [type=range])')
}

const PAGE_SAYS_NO = {
  'a data-upsell-quiet zone is on screen': () => onScreen('[data-upsell-quiet]:not([data-upsell-quiet=false])'),
  'canShow said no': () => !emit('canShow'),
}
const NOT_NOW = {
  'the page is still loading': () => !document.body,
  'the tab is hidden': () => document.hidden,
  'the page paused the widget': () => state.paused,
  'full screen': () => document.fullscreenElement,
  'the person is typing': isTyping,
  'a dialog is open': () => onScreen('dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]'),
  'input less than 1.5 s ago': () => msUntilRested() > 0,
  ...PAGE_SAYS_NO,
}

const holding = table => Object.keys(table).filter(reason => table[reason]())
export const reasonsNotNow = () => holding(NOT_NOW)
/** Stricter than "do not show now": also takes down what is on screen when the view changes. */
export const pageSaysNo = () => holding(PAGE_SAYS_NO).length > 0
