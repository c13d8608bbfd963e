/** The settings of a detector: the text area with their JSON stays what is sent, here is one input a setting. */
import { button } from './controls.js'
import { calmly, h, redrawn } from './dom.js'
import { edit } from './editor.js'
import { isObject } from './kinds.js'
import { lists } from './lists.js'
import { asParts, asRule, isParts } from './parts.js'
import { capital } from './problems.js'
import { worded } from './server.js'
import { control } from './setting.js'
import { mount } from './main.js'

const CALM = 250
const TOGETHER = ['mode', 'parts', 'at_least']

const configure = box => {
  const area = box.querySelector('textarea')
  const kinds = JSON.parse(box.querySelector('#detector-kinds').textContent)
  const about = JSON.parse(box.querySelector('#detector-help').textContent)
  const outer = area.form
  const form = h('div', { class: 'upsell-settings' })
  const bar = h('div', { class: 'upsell-rule-bar' })
  const sentence = h('p', { class: 'upsell-rule-sentence', hidden: true })
  const status = h('p', { class: 'upsell-rule-status', role: 'status', 'aria-live': 'polite' })
  const general = h('ul', { class: 'upsell-rule-problems' })
  const seen = lists(area.id, box.dataset.choices)
  const value = name => outer.elements[name]?.value ?? ''
  let config = {}
  let asJson = false
  let kept = {} // of each kind: what was entered before another one was chosen
  let kind = value('detector')
  let timer
  let latest = null
  const touched = new Set()

  const read = () => {
    const found = JSON.parse(area.value.trim() || '{}')
    if (!isObject(found)) throw new Error('It must be an object.')
    return found
  }
  const save = () => {
    area.value = Object.keys(config).length ? JSON.stringify(config, null, 1) : ''
    ask()
  }
  const ask = () => { clearTimeout(timer); timer = setTimeout(check, CALM) }
  const check = async () => {
    const body = { detector: value('detector'), about: value('about'), config: area.value, condition: value('condition') }
    const found = body.detector ? await worded(box.dataset.check, body) : { sentence: '', problems: [], hints: [] }
    if (area.value !== body.config) return
    sentence.textContent = found?.sentence ? `Together: ${found.sentence}` : ''
    // The editor of the rule says it already where there is nothing beside it.
    sentence.hidden = !found?.sentence || (!outer.elements.condition?.value.trim() && ['rule', 'parts'].some(name => editors[name]))
    latest = found
    calmly(tell)
  }
  const nameOf = path => path.split(/[.[]/)[1] ?? ''
  /** What is missing is no fault before somebody has been there. */
  const isDue = ({ path, sentence: text }) => asJson || touched.has(nameOf(path)) || !text.startsWith('is missing')
  /** By the editor of the rule in which it is. */
  const isSaid = ({ path }) => path.split(/[.[]/).length > 2 && form.querySelector(`[data-setting="${CSS.escape(nameOf(path))}"] .upsell-rule-editor`)
  const tell = () => {
    const found = latest
    const all = found?.problems ?? []
    const problems = all.filter(one => isDue(one) && !isSaid(one))
    const left = problems.filter(({ path }) => asJson || !form.querySelector(`[data-setting="${CSS.escape(nameOf(path))}"]`))
    general.replaceChildren(...left.map(({ path, sentence: text }) => h('li', {}, asJson ? `${path} ${text}` : text)))
    for (const setting of form.querySelectorAll('[data-setting]')) {
      const own = problems.filter(({ path }) => nameOf(path) === setting.dataset.setting)
      const list = setting.querySelector(':scope > .upsell-rule-problems')
      const advice = (found?.hints ?? []).filter(({ path }) => nameOf(path) === setting.dataset.setting)
      list?.replaceChildren(...own.map(one => h('li', {}, one.sentence)), ...advice.map(one => h('li', { class: 'upsell-rule-advice' }, one.sentence)))
      for (const input of setting.querySelectorAll(':scope > :is(input, select), :scope > span input')) {
        if (own.length) input.setAttribute('aria-invalid', 'true')
        else input.removeAttribute('aria-invalid')
      }
    }
    const text = !found ? 'The server does not answer: what is wrong will be said when you save.'
      : problems.length ? `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the settings.`
        : all.length ? 'The settings are not complete yet.' : ''
    if (status.textContent !== text) status.textContent = text
  }

  const ctx = {
    listId: name => `${area.id}-${name}`,
    typeOfPath: seen.typeOfPath,
    sawEvent: () => seen.see([config.event, ...(config.events ?? []), ...(config.activity?.events ?? [])].filter(one => typeof one === 'string'), () => seen.offerPaths()),
    change: (act, { redraw = true, focus } = {}) => {
      act()
      save()
      if (redraw) draw(focus)
    },
    config: () => config,
  }
  /** A rule among the settings has an editor of its own, which stays while the rest is drawn anew. */
  const editors = {}
  const ruleEditor = (name, load, store) => {
    if (editors[name]) return editors[name]
    const inner = h('textarea', { id: `${area.id}_${name}`, class: 'upsell-sample upsell-rule-json', rows: 10, 'aria-label': name, value: load() })
    const holder = h('div', { class: 'upsell-rule' }, inner)
    edit(inner, { wordUrl: box.dataset.words, choicesUrl: box.dataset.choices, outer })
    inner.addEventListener('rule', () => {
      try { store(inner.value.trim() ? JSON.parse(inner.value) : undefined); save() } catch { /* said by the editor itself */ }
    })
    editors[name] = holder
    return holder
  }
  const put = (name, found) => { if (found === undefined) delete config[name]; else config[name] = found }
  const shown = found => (found === undefined ? '' : JSON.stringify(found, null, 1))
  const drawn = field => {
    if (field.sort === 'rule') return ruleEditor(field.name, () => shown(config[field.name]), found => put(field.name, found))
    if (field.sort === 'parts' && isParts(config)) return ruleEditor(field.name, () => shown(asRule(config)), found => { for (const name of TOGETHER) put(name, asParts(found)[name]) })
    return control(ctx, config, field)
  }
  const setting = (field, together) => {
    if (together && field.sort !== 'parts' && TOGETHER.includes(field.name)) return null
    const title = `${capital(field.name.replaceAll('_', ' '))}${field.required ? '' : ` (${field.note || 'optional'})`}`
    const help = h('span', { class: 'upsell-setting-help', id: `${area.id}-help-${field.name}` }, field.help)
    const made = [drawn(field)].flat().filter(Boolean)
    const key = `[data-key="s.${CSS.escape(field.name)}"]`
    const single = made.map(one => (one.matches(key) ? one : one.querySelector(key))).find(Boolean)
    if (single) {
      single.id = `${area.id}-${field.name}`
      single.setAttribute('aria-describedby', help.id)
    }
    return h('div', { class: 'upsell-setting', 'data-setting': field.name, role: !single && 'group', 'aria-label': !single && title, 'aria-describedby': !single && help.id },
      h(single ? 'label' : 'span', { class: 'upsell-setting-name', for: single?.id }, title), help, ...made, h('ul', { class: 'upsell-rule-problems' }))
  }
  const draw = focus => {
    const fields = kinds[kind] ?? []
    const together = fields.some(field => field.sort === 'parts') && isParts(config)
    const unknown = Object.keys(config).filter(name => !fields.some(field => field.name === name))
    redrawn(form, [
      h('p', { class: 'upsell-setting-help' }, about[kind] ?? 'Choose a detector: its settings appear here.'),
      ...fields.map(field => setting(field, together)).filter(Boolean),
      unknown.length ? h('p', { class: 'upsell-setting-help' }, `Kept, but not of this detector: ${unknown.join(', ')}. Edit as JSON to take them out.`) : ''], focus)
    drawBar()
    ask()
  }
  const drawBar = () => bar.replaceChildren(button(asJson ? 'Back to the form' : 'Edit settings as JSON', '', 'toggle', toggle))
  const load = () => {
    try {
      config = read()
      return true
    } catch (error) {
      status.textContent = `The form cannot show this. ${error.message}`
      return false
    }
  }
  const forget = () => { for (const name of Object.keys(editors)) delete editors[name] }
  const toggle = () => {
    if (asJson && !load()) return
    asJson = !asJson
    forget()
    swap()
    draw()
    if (asJson) area.focus()
    else bar.querySelector('button').focus()
  }
  const swap = () => { area.hidden = !asJson; form.hidden = asJson }
  const chosen = () => {
    if (asJson && !load()) return
    kept[kind] = config
    kind = value('detector')
    config = kept[kind] ?? startOf(kinds[kind] ?? [])
    forget()
    touched.clear()
    save()
    draw()
  }
  /** A new kind begins with what its settings say where they are left out, and nothing that nobody chose. */
  const startOf = fields => Object.fromEntries(fields.filter(field => field.required && field.choices.length).map(field => [field.name, field.example]))

  area.before(bar, form)
  box.append(general, sentence, status, ...seen.elements)
  asJson = !load()
  for (const name of Object.keys(config)) touched.add(name)
  swap()
  draw()
  form.addEventListener('focusout', event => {
    const left = event.target.closest('[data-setting]')
    if (!left || left.contains(event.relatedTarget) || touched.has(left.dataset.setting)) return
    touched.add(left.dataset.setting)
    calmly(tell)
  })
  area.addEventListener('input', ask)
  outer.elements.detector?.addEventListener('change', chosen)
  outer.elements.about?.addEventListener('change', ask)
  outer.elements.condition?.addEventListener('rule', ask)
  seen.load(() => {})
  ctx.sawEvent()
}

mount()
for (const box of document.querySelectorAll('.upsell-settings-of')) configure(box)
