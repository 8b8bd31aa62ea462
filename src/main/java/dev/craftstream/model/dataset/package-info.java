/**
 * What is drawn from all questions at one model time: requests, selections with their cut-offs,
 * datasets with their records and manifests, and evaluations.
 */
package dev.craftstream.model.dataset;
