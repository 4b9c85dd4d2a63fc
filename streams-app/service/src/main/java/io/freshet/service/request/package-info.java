/** Requests for recommendations: reads and checks them, and the filters on items that they contain. */
@NullMarked
package io.freshet.service.request;

import org.jspecify.annotations.NullMarked;
