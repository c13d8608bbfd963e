/** The widget as an ES module: `import { init, upsell } from '.../upsell.mjs'`. Types: upsell.d.ts. */
const source = new URL('upsell.js', import.meta.url)
let loading

const queue = (...args) => {
  (queue.q ||= []).push(args)
}

export const upsell = (...args) => (window.upsell ||= queue)(...args)

export const init = options => loading ||= new Promise((resolve, reject) => {
  window.upsell ||= queue
  const script = document.createElement('script')
  Object.assign(script.dataset, options)
  script.src = source.href
  script.onload = () => resolve()
  script.onerror = () => {
    loading = undefined
    script.remove()
    reject(new Error('upsell.js could not be loaded from ' + source.origin))
  }
  document.head.append(script)
})
