// What our admin pages need beside htmx: copy buttons, the focus across a refresh, a login page that is no panel.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  const source = document.getElementById(button.dataset.copy)
  const text = source.value ?? source.textContent
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(source)
    button.textContent = 'Selected: press Ctrl+C'
  }
  setTimeout(() => { button.textContent = 'Copy' }, 3000)
})

let focused = ''
document.addEventListener('htmx:beforeSwap', event => {
  if (event.detail.xhr.responseURL.includes('/login/')) {
    event.detail.shouldSwap = false
    location.reload()
  }
  focused = document.activeElement?.id
})
document.addEventListener('htmx:afterSettle', () => {
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus()
})

// Blank signs of a score are shown one by one; without this script all of them are there.
const filled = row => [...row.querySelectorAll('input[type=text], input[type=number], textarea')].some(input => input.value) || row.querySelector('.errorlist')
const oneByOne = rows => {
  const add = document.createElement('button')
  Object.assign(add, { type: 'button', className: 'upsell-button', textContent: 'Add a sign' })
  rows.at(-1).after(add)
  for (const row of rows) row.hidden = true
  add.onclick = () => {
    const row = rows.shift()
    row.hidden = false
    row.querySelector('input')?.focus()
    if (rows.length) return
    add.disabled = true
    add.textContent = 'Save to add more'
  }
}
document.addEventListener('DOMContentLoaded', () => {
  const rows = [...document.querySelectorAll('fieldset.upsell-more')].filter(row => !filled(row))
  if (rows.length) oneByOne(rows)
})

// What was changed and not saved is not left without a question, whichever link or button leads away. What scripts do
// to a form before somebody touches it is no change.
const watch = form => {
  const held = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]))
  const refused = form.querySelector('.errorlist') !== null
  let start
  let saving = false
  for (const name of ['pointerdown', 'keydown', 'focusin']) document.addEventListener(name, () => { start ??= held() }, true)
  addEventListener('submit', event => { if (event.target === form) saving = !event.defaultPrevented })
  addEventListener('beforeunload', event => { if (!saving && (refused || (start !== undefined && held() !== start))) event.preventDefault() })
}
addEventListener('load', () => setTimeout(() => {
  const form = document.querySelector('body.change-form form[id$="_form"]')
  if (form) watch(form)
}))
