// Sends the calls of the JSON object on stdin, {sdk, url, key, calls}, with one vendor's SDK.
// A call: {do, id, user, at, event, properties, traits, group, previous}. Prints {errors}.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const require = createRequire(import.meta.url)
const { sdk, url, key, calls } = JSON.parse(await text(process.stdin))
const errors = []
const note = error => { if (error) errors.push(String(error.message ?? error)) }
const told = send => new Promise(resolve => send(error => { [error].flat().forEach(note); resolve() }))

const posthog = async () => {
  const { PostHog } = require('posthog-node')
  const client = new PostHog(key, { host: url, flushAt: 4, flushInterval: 100, maxBatchSize: 4, fetchRetryCount: 6, fetchRetryDelay: 200 })
  client.on('error', note)
  for (const { do: kind, id: uuid, user: distinctId, at, event, properties, traits, group, previous } of calls) {
    const timestamp = new Date(at)
    const groups = group && { company: group }
    if (kind === 'track') client.capture({ distinctId, event, properties, groups, timestamp, uuid })
    if (kind === 'identify') client.identify({ distinctId, properties: traits })
    if (kind === 'group') client.groupIdentify({ groupType: 'company', groupKey: group, properties: traits })
    if (kind === 'alias') client.alias({ distinctId, alias: previous })
  }
  await client.shutdown(60_000)
}

const mixpanel = async batched => {
  const { host } = new URL(url)
  const client = require('mixpanel').init(key, { host, protocol: 'http', key, keepAlive: false })
  const people = { email: '$email', first_name: '$first_name' }
  const tracked = ({ id, user, at, event, properties }) =>
    ({ event, properties: { ...properties, distinct_id: user, $insert_id: id, time: new Date(at) } })
  if (batched) {
    const events = calls.filter(call => call.do === 'track').map(tracked)
    await told(done => client.track_batch(events, { max_batch_size: 4 }, done))
  }
  for (const call of calls) {
    const { do: kind, user, traits, group, previous } = call
    if (kind === 'track' && !batched) {
      const { event, properties } = tracked(call)
      await told(done => client.track(event, properties, done))
    }
    const said = traits && Object.fromEntries(Object.entries(traits).map(([name, value]) => [people[name] ?? name, value]))
    if (kind === 'identify') await told(done => client.people.set(user, said, done))
    if (kind === 'group') await told(done => client.groups.set('company', group, traits, done))
    if (kind === 'alias') await told(done => client.alias(previous, user, done))
  }
}

const amplitude = async () => {
  const { createInstance, Identify } = require('@amplitude/analytics-node')
  const client = createInstance()
  await client.init(key, { serverUrl: `${url}/2/httpapi`, flushQueueSize: 4, flushIntervalMillis: 100, logLevel: 0 }).promise
  const change = traits => Object.entries(traits).reduce((all, [name, value]) => all.set(name, value), new Identify())
  const sent = calls.map(({ do: kind, id: insert_id, user, visitor, at, event, properties, traits, group, previous }) => {
    const who = visitor ? { device_id: user } : { user_id: user }
    const options = { ...who, insert_id, time: new Date(at).getTime() }
    if (kind === 'track') return client.track(event, properties, group ? { ...options, groups: { company: group } } : options)
    if (kind === 'identify') return client.identify(change(traits), options)
    if (kind === 'group') return client.groupIdentify('company', group, change(traits), options)
    return client.track('$identify', {}, { ...options, device_id: previous })
  })
  for (const { promise } of sent) {
    const { code, message } = await promise
    if (code !== 200) errors.push(`${code} ${message}`)
  }
}

const sdks = { posthog, mixpanel: () => mixpanel(false), 'mixpanel-batch': () => mixpanel(true), amplitude }
await sdks[sdk]()
console.log(JSON.stringify({ errors }))
process.exit(0)
