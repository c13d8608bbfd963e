/** What the parts share: configuration, state, listeners, and what must survive a reload. */
const script = document.currentScript || document.querySelector('script[data-key]')
const { key = '', api, locale, scheme, storage } = script.dataset

export const config = { key, locale, scheme, api: (api || new URL(script.src).origin).replace(/\/$/, '') }

/** `who`: hash of the person's id (no identity is stored); `pending`: an offer waiting for a calm moment. */
export const state = { token: null, sub: null, who: '', wanted: null, paused: false, pending: null, shown: null,
  lastAnswer: 'none yet' }

const listeners = {}
export const on = (event, fn) => {
  (listeners[event] ||= []).push(fn)
}

/** False if a listener returned false. A listener's mistake is reported to the page and never stops the widget. */
export const emit = (event, detail) => (listeners[event] || []).map(fn => {
  try {
    return fn(detail)
  } catch (error) {
    setTimeout(() => { throw error })
  }
}).every(result => result !== false)

// crypto.randomUUID exists only on https pages
export const uuid = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g,
  c => (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16))

/** Unsent requests, propositions seen and answered; in memory if storage is refused or data-storage="off". */
export const STORE = 'upsell:' + key
let memory = { unsent: [], seen: [], done: [] }
let stored = storage !== 'off'

/** Never called before identify: until then the page's storage is not touched. */
export const load = () => {
  try {
    const found = stored && JSON.parse(localStorage.getItem(STORE))
    if (found && Object.keys(memory).every(list => Array.isArray(found[list]))) memory = found
  } catch {
    stored = false
  }
  return memory
}

export const save = (list, change) => {
  load()[list] = change(memory[list]).slice(-100)
  try {
    if (stored) localStorage.setItem(STORE, JSON.stringify(memory))
  } catch {
    stored = false
  }
}
