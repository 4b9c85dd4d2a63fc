/** Random numbers that depend only on a seed and a counter, so that every run and every thread draws the same ones. */
@org.jspecify.annotations.NullMarked
package io.freshet.model.random;
