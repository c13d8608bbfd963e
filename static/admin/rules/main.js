/** Every text area with a rule becomes an editor; without this script they are text areas. */
import { edit } from './editor.js'

export const mount = (within = document) => {
  for (const box of within.querySelectorAll('[data-rule-word]')) {
    const area = box.querySelector('textarea')
    if (!area || box.dataset.mounted) continue
    box.dataset.mounted = 'true'
    edit(area, { said: box.dataset.sentence, wordUrl: box.dataset.ruleWord, choicesUrl: box.dataset.ruleChoices })
  }
}
mount()
