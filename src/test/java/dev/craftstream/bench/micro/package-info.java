/**
 * Micro-benchmarks (JMH) of what is done for each answer, question or candidate. {@code
 * .ci/compare-benchmarks} compares them with an earlier commit's.
 */
package dev.craftstream.bench.micro;
