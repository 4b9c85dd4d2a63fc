/** What goes out to topics: bounds on records, their headers and times, dead letters, and what becomes of a refused record. */
@NullMarked
package io.freshet.output;

import org.jspecify.annotations.NullMarked;
