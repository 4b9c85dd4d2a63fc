/** The protocol of periods against a naive reading of it, on made-up sessions. */
@NullMarked
package io.freshet.continual;

import org.jspecify.annotations.NullMarked;
