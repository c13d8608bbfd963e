// Compiled by `npm run types`, never run: the public types accept what the contract says and refuse the rest.
import { init, upsell, type Offer } from '../../../static/upsell.mjs'

await init({ key: 'wk_1', api: 'https://upsell.example', locale: 'de', storage: 'off' })
upsell('identify', 'header.payload.signature')
upsell('show')
upsell('show', 'app-banner')
upsell('track', 'Report Exported', { format: 'csv' })
upsell('on', 'beforeshow', (offer: Offer) => offer.format !== 'modal')
upsell('on', 'snoozed', ({ offer, snooze_days }) => console.log(offer.headline, snooze_days))
upsell('on', 'error', error => { if (error.type === 'token') upsell('identify', null) })
upsell('canShow', () => !document.hidden)
window.upsell('refresh')
// @ts-expect-error unknown command
upsell('hide')
// @ts-expect-error unknown event
upsell('on', 'closed', () => {})
// @ts-expect-error the key is required
await init({})
upsell('push', { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } })
upsell('push', {} as PushSubscription)
// @ts-expect-error a subscription, not its address alone
upsell('push', 'https://push.example/1')
