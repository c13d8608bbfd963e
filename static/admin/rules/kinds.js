/** What a condition may ask, field by field, and whether the form can show a given one. */
export const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value)

export const OPS = {
  is: 'is', is_not: 'is not', one_of: 'is one of', contains: 'contains', contains_word: 'contains the word',
  at_least: 'is at least', more_than: 'is more than', at_most: 'is at most', less_than: 'is less than', between: 'is between', within: 'today lies', known: 'is known',
  unknown: 'is not known',
}
const NUMBERS = ['at_least', 'more_than', 'at_most', 'less_than', 'between', 'is', 'is_not', 'one_of', 'known', 'unknown']
const OPS_OF = {
  number: NUMBERS,
  percent: NUMBERS,
  yesno: ['is', 'is_not'],
  text: ['is', 'is_not', 'one_of', 'contains', 'contains_word', 'known', 'unknown'],
  date: ['within', 'known', 'unknown'],
  phase: ['one_of', 'is', 'is_not', 'known', 'unknown'],
  any: Object.keys(OPS),
}
export const UNITS = {
  days: 'days', hours: 'hours', day: 'today', week: 'this week', month: 'this month', billing_period: 'this billing period',
}
export const PHASES = { before: 'before', during: 'during', after: 'after', none: 'outside' }
const MEASURES = {
  count: 'how often', distinct: 'different values of', sum: 'sum of', last: 'last value of', days: 'on how many days',
  switches: 'changes of', session: 'most in one visit', minutes: 'minutes spent',
}
const OF = { person: 'the person', account: 'the whole account' }

const of = { name: 'of', sort: 'choice', label: 'Of', choices: OF }
const window = { name: 'window', sort: 'window', label: 'In', required: true }
const names = { name: 'names', sort: 'names', label: 'Event', add: 'or another event', empty: 'any event' }
const where = { name: 'where', sort: 'where', label: 'Only with' }
const byPath = raw => ['distinct', 'sum', 'last', 'switches'].includes(raw.measure)
const byGap = raw => ['session', 'minutes'].includes(raw.measure)
const forgetUnneeded = raw => {
  if (!byPath(raw)) delete raw.path
  if (!byGap(raw)) delete raw.gap
}

/** `fresh`: what a new condition of the kind begins with. `list`: what its picker offers. */
export const KINDS = {
  trait: {
    label: 'A trait',
    fields: [{ ...of, required: true }, { name: 'name', sort: 'text', label: 'Trait', list: 'traits', required: true }],
    fresh: { of: 'account', name: '', op: 'is', value: '' },
  },
  entitlement: {
    label: 'Use against a limit',
    fields: [
      { name: 'resource', sort: 'text', label: 'Resource', list: 'resources', required: true },
      {
        name: 'share', sort: 'choice', label: 'What of it', required: true,
        choices: { ratio: 'used, of the limit', used: 'used', cap: 'the limit', remaining: 'what is left', days_left: 'days until it runs out' },
      },
    ],
    fresh: { resource: '', share: 'ratio', op: 'at_least', value: 0.8 },
  },
  meter: {
    label: 'Use in a window',
    fields: [{ name: 'resource', sort: 'text', label: 'Resource', list: 'meters', required: true }, window],
    fresh: { resource: '', window: { days: 7 }, op: 'at_least', value: 50 },
    hint: 'used by the whole account',
  },
  events: {
    label: 'Events',
    fields: [
      { name: 'measure', sort: 'choice', label: 'Measure', choices: MEASURES, otherwise: 'count', chosen: forgetUnneeded },
      { name: 'path', sort: 'text', label: 'Property', list: 'paths', shown: raw => byPath(raw) || raw.path !== undefined },
      { ...names, required: true }, { ...of, otherwise: 'person' }, window, where,
      { name: 'gap', sort: 'whole', label: 'Minutes of silence that end a visit', otherwise: 30, shown: raw => byGap(raw) || raw.gap !== undefined },
    ],
    fresh: { names: [], window: { days: 14 }, op: 'at_least', value: 5 },
  },
  sequence: {
    label: 'Events in order',
    fields: [
      { ...names, label: 'First', group: 'Events in order', add: 'then another event', ordered: true, required: true, steps: true },
      { ...of, otherwise: 'person' }, window, { name: 'where', sort: 'steps', label: 'Only with' },
    ],
    fresh: { names: ['', ''], window: { days: 14 }, op: 'at_least', value: 1 },
  },
  change: {
    label: 'A sudden change',
    fields: [
      { name: 'turn', sort: 'choice', label: 'Change', choices: { spike: 'unusually much', drop: 'unusually little' }, required: true },
      names,
      { name: 'span', sort: 'choice', label: 'Over', choices: { week: 'a week', day: 'a day' }, otherwise: 'week' },
      { ...of, otherwise: 'account' }, where,
    ],
    fresh: { turn: 'drop', names: [], op: 'is', value: true },
  },
  season: {
    label: 'A season',
    fields: [
      { name: 'name', sort: 'text', label: 'Season', list: 'seasons', required: true },
      { name: 'before', sort: 'whole', label: 'Days before', otherwise: 0 },
      { name: 'after', sort: 'whole', label: 'Days after', otherwise: 0 },
    ],
    fresh: { name: '', before: 30, after: 0, op: 'one_of', value: ['before', 'during'] },
  },
  signal: {
    label: 'A signal that was found',
    fields: [{ name: 'slug', sort: 'text', label: 'Signal', list: 'signals', required: true }, window],
    fresh: { slug: '', window: { days: 14 }, op: 'at_least', value: 0.5 },
    hint: 'confidence, 0 to 1',
  },
  answer: {
    label: 'An offer shown or answered',
    fields: [
      { name: 'answer', sort: 'text', label: 'Shown or answer', list: 'answers', required: true },
      { name: 'offer', sort: 'text', label: 'Offer', list: 'offers', otherwise: '', empty: 'any offer' },
      window,
    ],
    fresh: { answer: '', window: { days: 30 }, op: 'at_least', value: 1 },
    hint: 'times',
  },
  segment: {
    label: 'A segment',
    personal: true,
    fields: [{ name: 'slug', sort: 'text', label: 'Segment', list: 'segments', required: true }],
    fresh: { slug: '', op: 'is', value: true },
  },
  intent: {
    label: 'What they wrote',
    fields: [{ name: 'label', sort: 'text', label: 'Meaning', list: 'intents', required: true }, window],
    fresh: { label: '', window: { days: 14 }, op: 'at_least', value: 0.7 },
    hint: 'certainty, 0 to 1',
  },
  score: {
    label: 'A score',
    fields: [{ name: 'name', sort: 'text', label: 'Score', list: 'scores', required: true }],
    fresh: { name: '', op: 'at_least', value: 0.5 },
    hint: '0 to 1',
  },
}

/** `about`: whom the whole rule is about. What only a person has is not asked of an account. */
export const fresh = (kind, about) => {
  const ofPerson = KINDS[kind].fields.some(field => field.name === 'of' && field.otherwise === 'person')
  return { fact: kind, ...structuredClone(KINDS[kind].fresh), ...(about === 'account' && ofPerson && { of: 'account' }) }
}
/** The choices that make sense, and the one that is there. */
export const askable = (about, chosen) =>
  Object.fromEntries(Object.entries(KINDS).filter(([kind, { personal }]) => kind === chosen || !(personal && about === 'account')).map(([kind, { label }]) => [kind, label]))
export const choicesOf = (field, about, chosen) =>
  (field.name === 'of' && about === 'account' && chosen !== 'person' ? { account: OF.account } : field.choices)

/** What its values are: number, percent, yesno, text, date, phase, or any where nobody knows. */
export const typeOf = (raw, typeOfTrait, typeOfPath) => {
  if (raw.fact === 'trait') return typeOfTrait(raw.of, raw.name)
  if (raw.fact === 'entitlement') return raw.share === 'ratio' ? 'percent' : 'number'
  if (raw.fact === 'events' && raw.measure === 'last') return typeOfPath(raw.path)
  if (raw.fact === 'season') return 'phase'
  return raw.fact === 'change' || raw.fact === 'segment' ? 'yesno' : 'number'
}

/** Whether values of any type make sense, so that staff choose the type themselves. */
export const isFree = raw => raw.fact === 'trait' || (raw.fact === 'events' && raw.measure === 'last')

/** Comparisons that the picker offers; the one that is there is among them. */
export const opsFor = (type, op) => {
  const offered = OPS_OF[type]
  return Object.fromEntries([...offered, ...(offered.includes(op) ? [] : [op])].map(name => [name, OPS[name]]))
}

/** A value of the shape that another comparison needs, as near to the old one as can be. */
export const reshaped = (op, value, type) => {
  const first = Array.isArray(value) ? value[0] : value
  if (op === 'known' || op === 'unknown') return undefined
  if (op === 'within') return [-7, 0]
  if (op === 'between') return typeof first === 'number' ? [first, first] : [0, 1]
  if (op === 'one_of') return Array.isArray(value) && type === 'phase' ? value : [first ?? '']
  if (['at_least', 'more_than', 'at_most', 'less_than'].includes(op) && typeof first !== 'number') return 0
  if (first !== undefined && first !== null) return first
  return type === 'yesno' ? true : ''
}

const scalar = value => value === null || ['string', 'number', 'boolean'].includes(typeof value)
const pair = value => Array.isArray(value) && value.length === 2 && value.every(one => one === null || typeof one === 'number')
const valueFits = raw => {
  if (!Object.hasOwn(OPS, raw.op)) return false
  if (raw.op === 'known' || raw.op === 'unknown') return !Object.hasOwn(raw, 'value')
  if (raw.op === 'between') return pair(raw.value)
  if (raw.op === 'within') return pair(raw.value) && raw.value.every(Number.isInteger)
  if (raw.op === 'one_of') return Array.isArray(raw.value) && raw.value.length > 0 && raw.value.every(scalar)
  return Object.hasOwn(raw, 'value') && scalar(raw.value)
}
const propertyFits = one => isObject(one) && Object.keys(one).every(key => ['path', 'op', 'value'].includes(key)) &&
  typeof one.path === 'string' && one.op !== 'within' && valueFits(one)
const windowFits = value => {
  if (!isObject(value) || Object.keys(value).length !== 1) return false
  const [[unit, length]] = Object.entries(value)
  return unit === 'this' ? ['day', 'week', 'month', 'billing_period'].includes(length)
    : ['days', 'hours'].includes(unit) && (length === null || Number.isInteger(length))
}
const whereFits = value => Array.isArray(value) && value.every(propertyFits)
const SORTS = {
  text: value => typeof value === 'string',
  choice: (value, field) => Object.hasOwn(field.choices, value),
  whole: value => value === null || Number.isInteger(value),
  names: value => Array.isArray(value) && value.every(one => typeof one === 'string'),
  window: windowFits,
  where: whereFits,
  steps: (value, _, raw) => Array.isArray(value) && value.every(whereFits) && [0, raw.names?.length].includes(value.length),
}

/** Whether the form shows all of this condition as it is. */
export const fits = raw => {
  const kind = isObject(raw) && typeof raw.fact === 'string' && Object.hasOwn(KINDS, raw.fact) && KINDS[raw.fact]
  if (!kind) return false
  const known = ['fact', 'op', 'value', ...kind.fields.map(field => field.name)]
  return Object.keys(raw).every(key => known.includes(key)) && valueFits(raw) && kind.fields.every(field =>
    Object.hasOwn(raw, field.name) ? SORTS[field.sort](raw[field.name], field, raw) : !field.required)
}
