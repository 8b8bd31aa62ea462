/**
 * What counts of correct samples say of the chance that a question is answered right, and how
 * surely. Before any sample each chance is as probable as any other (a uniform prior), so that
 * after k of n correct samples it has the distribution Beta(k + 1, n - k + 1).
 */
package dev.craftstream.method.posterior;
