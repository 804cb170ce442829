drop view public.pending_translations;
drop view public.translation_coverage;
drop view public.wishlist_details;
drop view public.admin_users;
drop view public.active_promotions;
drop view public.inventory_products_view;
drop view public.comprehensive_product_inventory_view;
