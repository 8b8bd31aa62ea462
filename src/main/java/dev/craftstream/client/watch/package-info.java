/**
 * What the job's topics say while it runs: counts of all questions, and a bounded sample of them.
 * Knows neither HTTP nor the console.
 */
package dev.craftstream.client.watch;
