@NullMarked
package io.freshet.http;

import org.jspecify.annotations.NullMarked;
