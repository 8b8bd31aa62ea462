/**
 * What the project's client costs beside others: side by side in one run, since machines differ and
 * are shared.
 */
package dev.craftstream.embedded.bench;
