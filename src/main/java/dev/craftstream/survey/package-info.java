/**
 * Looking through all questions at a complete model time: which surveys to make, what they find,
 * where datasets are cut off, who their members are, and when they are complete.
 */
package dev.craftstream.survey;
