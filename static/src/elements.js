/** Elements are made one by one: no markup is ever parsed into the page, no inline style or handler is set. */
export const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'click') node.addEventListener('click', value)
    else node.setAttribute(name, value)
  }
  node.append(...children.filter(Boolean))
  return node
}

/** The absolute URL, or undefined unless it is http(s). */
export const webUrl = text => {
  try {
    const url = new URL(text, location)
    return /^https?:$/.test(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}

const copies = parent => [...parent.childNodes].map(node => {
  if (node.nodeType === Node.TEXT_NODE) return node.data
  if (!/^(P|STRONG|EM|UL|OL|LI|BR|A)$/.test(node.tagName)) return ''
  const link = node.protocol === 'https:' ? { href: node.href, target: '_blank', rel: 'noopener' } : {}
  return el(node.tagName, link, ...copies(node))
})

/** Nodes for the offer's HTML: the allowed elements without their attributes; anything else is left out. */
export const safeNodes = html => copies(new DOMParser().parseFromString(html || '', 'text/html').body)
