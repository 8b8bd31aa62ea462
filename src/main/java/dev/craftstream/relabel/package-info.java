/** Each question's label, decided anew whenever its knowledge changes. */
package dev.craftstream.relabel;
