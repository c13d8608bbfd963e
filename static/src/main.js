/** The global `upsell(command, ...)`; what each command does for the page is described in ../upsell.d.ts. */
import { pageSaysNo, reasonsNotNow, watchInput } from './calm.js'
import { ask, forget, pollLater, present, refresh, skip, tabVisible, withdraw } from './offers.js'
import { enqueue, flush } from './server.js'
import { config, emit, load, on, state, STORE, uuid } from './state.js'
import { hide } from './view.js'

const LOOK_AGAIN = [0.3, 0.5, 0.9, 1.3] // s after an event: the server needs a moment to notice it
const early = [] // events before identify

const hash = text => [...text].reduce((sum, c) => Math.imul(sum ^ c.codePointAt(), 16777619) >>> 0, 2166136261)

const subjectOf = jwt => { // read, not trusted: the server verifies
  try {
    const payload = atob(jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, c => c.charCodeAt()))).sub
  } catch {
    return undefined
  }
}

const identify = jwt => {
  state.token = jwt || null
  state.sub = jwt && subjectOf(jwt)
  const who = jwt ? hash(state.sub || jwt).toString(36) : ''
  if (who !== state.who) forget()
  state.who = who
  if (!jwt) return
  flush()
  early.splice(0).forEach(go => go())
  ask()
}

const tell = (path, said, then) => {
  const id = uuid()
  const body = { ...said, messageId: id, timestamp: new Date().toISOString() }
  const go = () => enqueue(path, id, body).then(then)
  if (state.token) go()
  else early.push(go)
}

const debug = () => {
  const { token, wanted, pending, shown, lastAnswer } = state
  const reasons = [!config.key && 'no data-key on the script', !token && 'no valid token: call identify',
    !wanted && 'show was not called', shown && 'something is on screen already', ...reasonsNotNow(),
    !pending && 'last answer of the server: ' + lastAnswer].filter(Boolean)
  const report = { reasons, pending, placement: wanted?.placement, unsent: state.who ? load().unsent.length : 0 }
  console.info('[upsell] nothing shown:\n- ' + reasons.join('\n- '), report)
  return report
}

const commands = {
  on,
  identify,
  track: (event, properties = {}) => tell('/v1/t', { type: 'track', event, properties }, () => ask(LOOK_AGAIN)),
  push: token => tell('/v1/i', { context: { device: { token } } }),
  refresh,
  debug,
  canShow: fn => on('canShow', fn),
  show: placement => {
    state.wanted = { placement }
    ask()
  },
  pause: () => {
    state.paused = true
    withdraw()
  },
  resume: () => {
    state.paused = false
    present()
    ask()
  },
}

const upsell = (command, ...args) => {
  if (Object.hasOwn(commands, command)) return commands[command](...args)
  emit('error', { type: 'command', command })
}

/** Escape closes what has the focus, or what is shown while nothing has it; a dialog does so by itself. */
const onKey = event => {
  const { shown } = state
  const at = document.activeElement
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || !shown || shown.box.open) return
  if (!at || at === document.body || at === shown.host) shown.close()
}

const onOtherTab = ({ key }) => {
  const { shown } = state
  if (key === STORE && shown && !shown.survey && load().done.includes(shown.offer.proposition_id)) hide()
}

const watchRoutes = () => {
  const where = () => location.pathname + location.search
  let path = where()
  let timer
  const arrive = () => { // after the framework has drawn the new view
    if (state.shown && (!state.shown.host.isConnected || pageSaysNo())) withdraw()
    if (path !== (path = where())) ask()
  }
  const route = () => {
    clearTimeout(timer)
    timer = setTimeout(arrive, 100)
  }
  for (const method of ['pushState', 'replaceState']) {
    const original = history[method]
    history[method] = function (...args) {
      original.apply(this, args)
      route()
    }
  }
  addEventListener('popstate', route)
}

const start = () => {
  const queue = window.upsell?.q || []
  window.upsell = upsell
  upsell.loaded = true
  on('gone', pollLater)
  on('clicked', ({ offer }) => { skip(offer) })
  watchInput()
  watchRoutes()
  addEventListener('keydown', onKey)
  addEventListener('online', flush)
  addEventListener('storage', onOtherTab)
  document.addEventListener('visibilitychange', () => document.hidden || tabVisible())
  for (const args of queue) upsell(...args)
}

if (!window.upsell?.loaded) start()
