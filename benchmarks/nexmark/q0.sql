-- Pass through: what reading costs.

SELECT auction, bidder, price, datetime, extra FROM bid;
