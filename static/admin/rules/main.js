/** Every text area with a rule becomes an editor; without this script they are text areas. */
import { edit } from './editor.js'

/** A list of people has no rule: its editor is shown where one is asked for. */
const onlyByRule = (box, kind) => {
  const row = box.closest('.form-row')
  if (!row || !kind?.options || box.querySelector('[name=rule]') === null) return
  const show = () => { row.hidden = kind.value !== 'rule' }
  kind.addEventListener('change', show)
  show()
}

export const mount = (within = document) => {
  for (const box of within.querySelectorAll('[data-rule-word]')) {
    const area = box.querySelector('textarea')
    if (!area || box.dataset.mounted) continue
    box.dataset.mounted = 'true'
    onlyByRule(box, area.form?.elements.kind)
    const { sentence: said, ruleWord: wordUrl, ruleChoices: choicesUrl, ruleAbout } = box.dataset
    edit(area, { said, wordUrl, choicesUrl, ...(ruleAbout && { about: () => ruleAbout }) })
  }
}
mount()
