// Sends the calls of the JSON object on stdin, {sdk, url, key, gzip, calls}, with one SDK.
// Prints {errors}: what the SDK told its caller, one sentence each.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const require = createRequire(import.meta.url)
const { sdk, url, key, gzip, calls } = JSON.parse(await text(process.stdin))
const errors = []

const sentence = error => `${error.response?.status ?? ''} ${error.reason?.message ?? error.message ?? error}`.trim()

const clients = {
  segment: () => {
    const { Analytics } = require('@segment/analytics-node')
    const client = new Analytics({ writeKey: key, host: url, flushAt: 4, flushInterval: 100, maxRetries: 6 })
    client.on('error', error => errors.push(sentence(error)))
    return { client, end: () => client.closeAndFlush({ timeout: 60_000 }) }
  },
  old: () => {
    const Analytics = require('analytics-node')
    const client = new Analytics(key, { host: url, flushAt: 4, flushInterval: 100, retryCount: 6, errorHandler: error => errors.push(sentence(error)) })
    return { client, end: () => client.flush() }
  },
  rudder: () => {
    const Rudder = require('@rudderstack/rudder-sdk-node')
    const errorHandler = error => errors.push(sentence(error))
    const options = { dataPlaneUrl: url, path: '/v1/batch', gzip, flushAt: 4, flushInterval: 100, errorHandler, logLevel: 'silly' }
    return { client: new (Rudder.default ?? Rudder)(key, options), end: () => {} }
  },
}

const { client, end } = clients[sdk]()
const told = calls.map(({ type, timestamp, ...call }) => new Promise(resolve => {
  client[type]({ ...call, timestamp: new Date(timestamp) }, resolve)
}))
await end()
await Promise.all(told)
console.log(JSON.stringify({ errors }))
