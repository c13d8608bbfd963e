/** Requests. What reports an act of the person is kept until the server has given a final answer. */
import { config, emit, load, save, state, uuid } from './state.js'

const flying = new Set()
let tries = 0
let retryTimer

export const call = (path, options) => fetch(config.api + path, {
  credentials: 'omit',
  cache: 'no-store',
  ...options,
  headers: { 'X-Write-Key': config.key, Authorization: 'Bearer ' + state.token, 'Content-Type': 'application/json' },
})

/** An expired token stops everything until the page identifies the person again. */
export const tokenRefused = used => {
  if (used !== state.token) return
  state.token = null
  state.lastAnswer = 'token refused: identify again'
  emit('error', { type: 'token', status: 401 })
}

export const flush = () => {
  if (state.token) load().unsent.forEach(send)
}

const retryLater = () => {
  clearTimeout(retryTimer)
  retryTimer = setTimeout(flush, Math.min(60, 2 ** tries++) * (500 + Math.random() * 500))
}

const bodyOf = ({ body }) => // a stored event (no `at`) does not hold the person's id or the key
  JSON.stringify(body.at ? body : { ...body, writeKey: config.key, userId: state.sub })

const send = async item => {
  if (!state.token || item.who !== state.who || flying.has(item.id)) return
  flying.add(item.id)
  const used = state.token
  // keepalive outlives the page; sendBeacon does too but cannot carry the token
  const status = await call(item.path, { method: 'POST', keepalive: true, body: bodyOf(item) })
    .then(response => response.status, () => 0)
  flying.delete(item.id)
  if (status === 401) return tokenRefused(used)
  if (!status || status === 408 || status === 429 || status > 499) return retryLater()
  tries = 0
  save('unsent', list => list.filter(other => other.id !== item.id))
  if (status > 399) emit('error', { type: 'rejected', status })
}

/** Repeats are harmless: the server knows the id. */
export const enqueue = (path, id, body) => {
  const item = { who: state.who, path, id, body }
  save('unsent', list => [...list, item])
  return send(item)
}

/** False if a listener of `kind` returned false. */
export const record = (offer, kind, extra) => {
  const id = uuid()
  enqueue('/v1/interactions', id,
    { id, proposition_id: offer.proposition_id, kind, at: new Date().toISOString(), ...extra })
  return emit(kind, { offer, ...extra })
}
