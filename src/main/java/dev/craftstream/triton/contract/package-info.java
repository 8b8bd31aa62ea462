/** The wire contracts: which tensors a served model takes and gives, and what they mean. */
package dev.craftstream.triton.contract;
