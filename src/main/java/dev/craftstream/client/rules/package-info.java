/** What another rule of correctness would say of recorded samples, without asking a model again. */
package dev.craftstream.client.rules;
