/**
 * The adapter to Triton Inference Server: asks questions by the contract that a model checkpoint
 * names, and tells apart what can be waited out from what can never succeed.
 */
package dev.craftstream.triton;
