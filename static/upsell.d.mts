export * from "./upsell.js"
