/**
 * The one list of the job's own metrics: the stages register them by it, and the reference page is
 * made of it.
 */
package dev.craftstream.metrics;
