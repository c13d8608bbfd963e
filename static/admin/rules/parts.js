/** The parts of a composite as one rule, for the editor of rules, and back. */
import { isObject } from './kinds.js'

const only = (one, names) => isObject(one) && Object.keys(one).every(name => names.includes(name)) && isObject(one.if)

/** Whether the settings can be shown so; those of a new definition can. */
export const isParts = ({ mode, parts, at_least: least }) =>
  ['all', 'any', 'weighted', undefined].includes(mode) && (parts === undefined || Array.isArray(parts)) &&
  (parts ?? []).every(part => only(part, mode === 'weighted' ? ['if', 'weight'] : ['if']) && ['number', 'undefined'].includes(typeof part.weight)) &&
  (mode === 'weighted' ? ['number', 'undefined'].includes(typeof least) : least === undefined)

export const asRule = ({ mode, parts, at_least: least }) => {
  if (!parts?.length) return undefined
  if (mode !== 'weighted') return { [mode ?? 'all']: parts.map(part => part.if) }
  return { weighed: parts.map(part => ({ weight: part.weight ?? 1, if: part.if })), at_least: least ?? 0.6 }
}

export const asParts = rule => {
  if (rule === undefined) return { mode: 'all', parts: undefined, at_least: undefined }
  if (rule.weighed) return { mode: 'weighted', parts: rule.weighed, at_least: rule.at_least }
  const mode = rule.any ? 'any' : 'all'
  const rules = rule.any ?? rule.all ?? [rule]
  return { mode, parts: rules.map(one => ({ if: one })), at_least: undefined }
}
