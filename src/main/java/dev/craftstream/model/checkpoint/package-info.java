/**
 * Model checkpoints: the states of the model that questions are measured under, each with its role,
 * its place in model time and the server that answers for it.
 */
package dev.craftstream.model.checkpoint;
