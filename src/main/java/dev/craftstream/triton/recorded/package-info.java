/**
 * A server of Triton's protocol that answers from recorded samples: no part of the job. The answers
 * lie on disk, so that it needs little memory however many there are.
 */
package dev.craftstream.triton.recorded;
