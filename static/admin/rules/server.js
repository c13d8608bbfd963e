/** What only the server knows: how a rule reads and what is wrong with it, and the names that were really seen. */
const token = () => document.querySelector('input[name=csrfmiddlewaretoken]')?.value ?? ''

/** {sentence, problems: [{path, sentence}], hints: the same, of what may be}; null where nobody answers. */
export const worded = async (url, body) => {
  try {
    const answer = await fetch(url, {
      method: 'POST', body: JSON.stringify(body), credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token() },
    })
    return answer.ok && !answer.redirected ? await answer.json() : null
  } catch {
    return null
  }
}

const asked = {}
/** The same address is asked once a page. Empty where nobody answers: then there is nothing to suggest. */
export const choices = (url, events = []) => {
  const query = new URLSearchParams(events.map(name => ['event', name]))
  const whole = events.length ? `${url}?${query}` : url
  asked[whole] ??= fetch(whole, { credentials: 'same-origin' })
    .then(answer => (answer.ok && !answer.redirected ? answer.json() : {}), () => ({})).catch(() => ({}))
  return asked[whole]
}
