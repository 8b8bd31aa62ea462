/** Statistics of an experiment: rank measures, intervals, and comparisons at one refusal rate. */
package dev.craftstream.method.statistics;
