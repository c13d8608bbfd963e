/** Asking the server for an offer, keeping it until a calm moment, showing it. */
import { msUntilRested, reasonsNotNow } from './calm.js'
import { call, tokenRefused } from './server.js'
import { emit, load, state } from './state.js'
import { hide, render } from './view.js'

const skipped = new Set() // vetoed or clicked: not again on this page
let pollAfter = 60
let turn = 0
let due = false
let pollTimer
let calmTimer

const later = (seconds, waits) => {
  clearTimeout(pollTimer)
  pollTimer = setTimeout(ask, seconds * 1000, waits)
}
export const pollLater = () => later(pollAfter)
export const skip = offer => skipped.add(offer.proposition_id)

/** Forget what was fetched: somebody else is here, or nobody. */
export const forget = () => {
  turn++
  state.pending = null
  clearTimeout(pollTimer)
  if (state.shown) hide()
}

/** `waits`: seconds after which to look again, while the server is still thinking about an event. */
export const ask = async (waits = []) => {
  clearTimeout(pollTimer)
  const { token, wanted, paused } = state
  if (!token || !wanted || paused || state.shown) return
  due = document.hidden
  if (due) return
  const mine = ++turn
  const place = wanted.placement ? 'placement=' + encodeURIComponent(wanted.placement) + '&' : ''
  const response = await call(`/v1/offers?${place}limit=1`).catch(() => null)
  const body = response?.ok ? await response.json().catch(() => null) : null
  if (mine !== turn || state.shown) return
  if (response?.status === 401) return tokenRefused(token)
  if (body) return receive(body, waits)
  state.lastAnswer = response ? 'HTTP ' + response.status : 'not reached'
  emit('error', { type: response ? 'http' : 'network', status: response?.status || 0 })
  later(waits.length ? waits[0] : pollAfter, waits.slice(1))
}

const receive = ({ offers = [], poll_after_s }, waits) => {
  const { done } = load()
  pollAfter = Math.max(1, poll_after_s || 60)
  state.pending = offers.find(({ proposition_id: id }) => !done.includes(id) && !skipped.has(id))
  state.lastAnswer = state.pending ? 'an offer' : offers.length ? 'an offer already answered or vetoed' : 'no offer'
  if (!state.pending && waits.length) return later(waits[0], waits.slice(1))
  if (!state.pending) emit('empty')
  pollLater()
  present()
}

export const present = () => {
  clearTimeout(calmTimer)
  const offer = state.pending
  if (!offer || state.shown) return
  if (reasonsNotNow().length) {
    calmTimer = setTimeout(present, Math.max(msUntilRested(), 250))
    return
  }
  state.pending = null
  if (Date.parse(offer.expires_at) <= Date.now()) return
  if (!emit('beforeshow', offer)) return skip(offer)
  render(offer)
  emit('show', offer)
}

/** Take the offer down without an answer; it comes back when the page allows. */
export const withdraw = () => {
  const { shown } = state
  if (!shown) return
  if (!shown.survey) state.pending = shown.offer
  hide()
  present()
}

export const tabVisible = () => due ? ask() : present()
export const refresh = () => {
  skipped.clear()
  ask()
}
