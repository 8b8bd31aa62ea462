/**
 * The heart of the job: keeps every question's knowledge states, asks what is missing, and says
 * when a model time is complete.
 */
package dev.craftstream.tracking;
