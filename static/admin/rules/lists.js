/** The suggestions of one editor: data lists that are filled when the server has answered. */
import { h } from './dom.js'
import { choices } from './server.js'

const NAMES = ['events', 'paths', 'resources', 'meters', 'seasons', 'signals', 'answers', 'offers', 'segments', 'intents', 'scores']

export const lists = (prefix, url) => {
  const known = { traits: { account: {}, person: {} }, paths: {}, values: {} }
  const ids = [...NAMES, 'traits.account', 'traits.person', 'values']
  const elements = Object.fromEntries(ids.map(name => [name, h('datalist', { id: `${prefix}-${name}` })]))
  const fill = (name, values, planned = []) =>
    elements[name].replaceChildren(...values.map(value => h('option', { value, label: planned.includes(value) && `${value} (not received yet)` })))
  const load = async done => {
    const found = await choices(url)
    for (const name of NAMES) if (Array.isArray(found[name])) fill(name, found[name], name === 'events' ? found.planned : [])
    known.values = found.values ?? {}
    for (const of of ['account', 'person']) {
      known.traits[of] = found.traits?.[of] ?? {}
      fill(`traits.${of}`, Object.keys(known.traits[of]))
    }
    done()
  }
  /** Paths under which these events really held something. */
  const see = async (events, done) => {
    const missing = [...new Set(events)].filter(name => name && !(name in known.paths))
    if (!missing.length) return
    for (const name of missing) known.paths[name] = {}
    Object.assign(known.paths, (await choices(url, missing)).paths)
    done()
  }
  const pathsOf = events => {
    const those = events?.length ? events.map(name => known.paths[name] ?? {}) : Object.values(known.paths)
    return Object.assign({}, ...those)
  }
  return {
    elements: Object.values(elements),
    load,
    see,
    offerValues: (of, name) => fill('values', known.values[of]?.[name] ?? []),
    offerPaths: events => fill('paths', Object.keys(pathsOf(events))),
    typeOfTrait: (of, name) => known.traits[of]?.[name] ?? 'any',
    typeOfPath: path => pathsOf()[path] ?? 'any',
  }
}
