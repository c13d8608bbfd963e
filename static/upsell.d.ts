/** Types of the widget, for `upsell.mjs` and for the global that `upsell.js` defines. */

export interface Offer {
  proposition_id: string
  offer: string
  placement: string
  format: 'banner' | 'modal' | 'sidebar'
  headline: string
  /** HTML; only p, strong, em, ul, ol, li, br and a (https) are rendered. */
  body_html: string
  /** The evidence, in the words shown by "Why am I seeing this?". */
  why: string
  cta: Link | null
  secondary: Link | null
  terms: Terms | null
  media: Media | null
  locale: string
  /** ISO 8601; the offer leaves the screen then. */
  expires_at: string | null
}
/** From hosts that the deployment allows, over https. `alt` and `caption` say in words what there is to see. */
export type Media =
  | { kind: 'image'; url: string; alt: string }
  | { kind: 'video'; url: string; caption: string; captions_url: string }
export interface Link { label: string; url: string }
export interface Terms {
  /** Decimal in units of `currency` (ISO 4217), e.g. "49.00". */
  price?: string
  currency?: string
  period?: 'month' | 'year' | string | null
  renews?: boolean
  cancel_anytime?: boolean
  trial_days?: number | null
  /** Only where several are bought: how many (null: not known, or the buyer says), and of what `price` is the price. */
  quantity?: number | null
  unit?: 'seat' | 'unit'
  incentive?: { kind: 'percent' | 'amount' | string; value: number | string; ends_at: string | null } | null
}

export type Answer = 'helpful' | 'intrusive' | 'mistimed'
export interface Shown { offer: Offer }
export type UpsellError =
  /** The person token was refused; nothing more is asked or sent until `identify`. */
  | { type: 'token'; status: 401 }
  /** The server finally refused something the person did (4xx). */
  | { type: 'rejected'; status: number }
  | { type: 'http' | 'network'; status: number }
  | { type: 'command'; command: string }

export interface Events {
  /** Return false to veto this offer until the next page or `refresh`. */
  beforeshow: (offer: Offer) => boolean | void
  /** Return false to let nothing be shown now; asked again while an offer waits. */
  canShow: () => boolean | void
  show: (offer: Offer) => void
  /** Half visible for one second; once per proposition. */
  viewed: (shown: Shown) => void
  /** Return false to stay on the page, e.g. to let your router open `offer.cta.url`. */
  clicked: (shown: Shown) => boolean | void
  dismissed: (shown: Shown) => void
  declined: (shown: Shown) => void
  snoozed: (shown: Shown & { snooze_days: 7 | 30 | 90 }) => void
  opted_out: (shown: Shown) => void
  feedback: (shown: Shown & { answer: Answer; comment?: string }) => void
  /** The offer or the survey has left the screen. */
  gone: () => void
  /** The server has no offer now. */
  empty: () => void
  error: (error: UpsellError) => void
}

export interface Report { reasons: string[]; placement?: string; pending?: Offer | null; unsent: number }

export interface Upsell {
  /** JWT (HS256 with the source's signing secret; sub, exp within an hour) made by your server; null logs out. */
  (command: 'identify', token: string | null): void
  /** Ask for offers for a placement, or for any; nothing is fetched before the first `show`. */
  (command: 'show', placement?: string): void
  /** Record a product event of the identified person, then ask for offers at once. */
  (command: 'track', event: string, properties?: Record<string, unknown>): void
  /** Where this browser takes pushes, as `pushManager.subscribe` answers; call it on each visit. It is no consent. */
  (command: 'push', subscription: PushSubscription | PushSubscriptionJSON): void
  <Name extends keyof Events>(command: 'on', event: Name, listener: Events[Name]): void
  (command: 'canShow', check: Events['canShow']): void
  (command: 'refresh' | 'pause' | 'resume'): void
  /** Prints why nothing is shown, and returns it (once loaded). */
  (command: 'debug'): Report | void
}

export interface Options {
  /** The publishable write key of a `web` source. */
  key: string
  /** The server; default: where this module came from. */
  api?: string
  /** Language of the controls when the offer names none. */
  locale?: string
  /** Default: the page's color-scheme, else the system's. */
  scheme?: 'light' | 'dark'
  /** 'off' keeps unsent answers in memory only. */
  storage?: 'off'
}

/** Loads the widget once; calls made before it has arrived wait for it. Rejects if the script cannot be loaded. */
export function init(options: Options): Promise<void>
export const upsell: Upsell

declare global {
  interface Window { upsell: Upsell }
}
