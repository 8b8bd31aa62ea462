/**
 * Asks a running server what the job would ask it, and says in sentences what is wrong with it. No
 * part of the job.
 */
package dev.craftstream.triton.doctor;
