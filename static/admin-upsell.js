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
