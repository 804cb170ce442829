-- Keys between the groups. The tables of this migration are empty, so their keys cost nothing; the keys of tables with
-- rows are added without a look at the rows, and validated at the end.
set local lock_timeout = '10s';

alter table public.profiles add constraint profiles_user_id_fkey foreign key (user_id) references public.users on delete cascade;
alter table public.user_addresses add constraint user_addresses_user_id_fkey foreign key (user_id) references public.users on delete cascade;
alter table public.store_settings add constraint store_settings_store_id_fkey foreign key (store_id) references public.stores on delete cascade;
alter table public.ocs_product_catalog add constraint ocs_product_catalog_supplier_id_fkey foreign key (supplier_id) references public.provincial_suppliers;
alter table public.ocs_product_catalog add constraint ocs_product_catalog_product_id_fkey foreign key (product_id) references public.products on delete set null;
alter table public.ocs_inventory add constraint ocs_inventory_store_id_fkey foreign key (store_id) references public.stores;
alter table public.purchase_orders add constraint purchase_orders_store_id_fkey foreign key (store_id) references public.stores;
alter table public.purchase_orders add constraint purchase_orders_supplier_id_fkey foreign key (supplier_id) references public.provincial_suppliers;
alter table public.cart_sessions add constraint cart_sessions_user_id_fkey foreign key (user_id) references public.users;
alter table public.cart_sessions add constraint cart_sessions_store_id_fkey foreign key (store_id) references public.stores;
alter table public.shelf_locations add constraint shelf_locations_store_id_fkey foreign key (store_id) references public.stores on delete cascade;
alter table public.batch_tracking add constraint batch_tracking_store_id_fkey foreign key (store_id) references public.stores;
alter table public.accessories_inventory add constraint accessories_inventory_store_id_fkey foreign key (store_id) references public.stores;
alter table public.tenant_payment_configs add constraint tenant_payment_configs_tenant_id_fkey foreign key (tenant_id) references public.tenants;
alter table public.store_payment_terminals add constraint store_payment_terminals_store_id_fkey foreign key (store_id) references public.stores;
alter table public.payment_transactions add constraint payment_transactions_order_id_fkey foreign key (order_id) references public.orders;
alter table public.payment_transactions add constraint payment_transactions_store_id_fkey foreign key (store_id) references public.stores;
alter table public.delivery_zones add constraint delivery_zones_store_id_fkey foreign key (store_id) references public.stores;
alter table public.delivery_geofences add constraint delivery_geofences_delivery_id_fkey foreign key (delivery_id) references public.deliveries on delete cascade;
alter table public.delivery_routes add constraint delivery_routes_driver_id_fkey foreign key (driver_id) references public.delivery_drivers;
alter table public.delivery_tracking add constraint delivery_tracking_delivery_id_fkey foreign key (delivery_id) references public.deliveries on delete cascade;
alter table public.delivery_tracking add constraint delivery_tracking_driver_id_fkey foreign key (driver_id) references public.delivery_drivers;
alter table public.order_status_history add constraint order_status_history_order_id_fkey foreign key (order_id) references public.orders on delete cascade;
alter table public.customer_pricing_rules add constraint customer_pricing_rules_customer_id_fkey foreign key (customer_id) references public.customers;
alter table public.customer_pricing_rules add constraint customer_pricing_rules_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;
alter table public.price_tiers add constraint price_tiers_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;
alter table public.discount_codes add constraint discount_codes_promotion_id_fkey foreign key (promotion_id) references public.promotions;
alter table public.discount_codes add constraint discount_codes_tenant_id_fkey foreign key (tenant_id) references public.tenants;
alter table public.promotion_usage add constraint promotion_usage_promotion_id_fkey foreign key (promotion_id) references public.promotions;
alter table public.tax_rates add constraint tax_rates_province_id_fkey foreign key (province_id) references public.provinces_territories;
alter table public.customer_reviews add constraint customer_reviews_customer_id_fkey foreign key (customer_id) references public.customers;
alter table public.customer_reviews add constraint customer_reviews_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;
alter table public.product_ratings add constraint product_ratings_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;
alter table public.review_votes add constraint review_votes_user_id_fkey foreign key (user_id) references public.users on delete cascade;
alter table public.wishlist add constraint wishlist_customer_id_fkey foreign key (customer_id) references public.customers on delete cascade;
alter table public.wishlist add constraint wishlist_catalog_id_fkey foreign key (catalog_id) references public.ocs_product_catalog;
alter table public.ai_conversations add constraint ai_conversations_personality_id_fkey foreign key (personality_id) references public.ai_personalities;
alter table public.product_recommendations add constraint product_recommendations_source_catalog_id_fkey foreign key (source_catalog_id) references public.ocs_product_catalog;
alter table public.product_recommendations add constraint product_recommendations_recommended_catalog_id_fkey foreign key (recommended_catalog_id) references public.ocs_product_catalog;
alter table public.broadcast_recipients add constraint broadcast_recipients_customer_id_fkey foreign key (customer_id) references public.customers;
alter table public.communication_preferences add constraint communication_preferences_customer_id_fkey foreign key (customer_id) references public.customers on delete cascade;
alter table public.translations add constraint translations_language_fkey foreign key (language) references public.supported_languages;
alter table public.auth_tokens add constraint auth_tokens_user_id_fkey foreign key (user_id) references public.users on delete cascade;
alter table public.refresh_tokens add constraint refresh_tokens_user_id_fkey foreign key (user_id) references public.users on delete cascade;
alter table public.voice_profiles add constraint voice_profiles_user_id_fkey foreign key (user_id) references public.users on delete cascade;

alter table public.users add constraint users_store_id_fkey
foreign key (store_id) references public.stores on delete set null not valid;
alter table public.stores add constraint stores_manager_id_fkey
foreign key (manager_id) references public.users on delete set null not valid;
alter table public.orders add constraint orders_cart_session_id_fkey
foreign key (cart_session_id) references public.cart_sessions on delete set null not valid;
alter table public.orders add constraint orders_user_id_fkey
foreign key (user_id) references public.users not valid;
alter table public.notifications add constraint notifications_user_id_fkey
foreign key (user_id) references public.users on delete cascade not valid;
alter table public.user_sessions add constraint user_sessions_user_id_fkey
foreign key (user_id) references public.users on delete cascade not valid;
alter table public.location_access_log add constraint location_access_log_user_id_fkey
foreign key (user_id) references public.users not valid;
alter table public.payments add constraint payments_payment_method_id_fkey
foreign key (payment_method_id) references public.payment_methods not valid;
alter table public.delivery_drivers add constraint delivery_drivers_user_id_fkey
foreign key (user_id) references public.users not valid;
alter table public.ai_personalities add constraint ai_personalities_tenant_id_fkey
foreign key (tenant_id) references public.tenants not valid;

-- Foreign keys that had no index.
create index stores_tenant_id_idx on public.stores (tenant_id);
create index customers_tenant_id_idx on public.customers (tenant_id);
create index customers_user_id_idx on public.customers (user_id);
create index order_items_product_id_idx on public.order_items (product_id);
create index product_categories_parent_id_idx on public.product_categories (parent_id);
create index product_images_product_id_idx on public.product_images (product_id);
create index inventory_product_id_idx on public.inventory (product_id);
create index payment_methods_customer_id_idx on public.payment_methods (customer_id);
create index delivery_drivers_store_id_idx on public.delivery_drivers (store_id);
create index delivery_events_delivery_id_idx on public.delivery_events (delivery_id);
create index promotions_store_id_idx on public.promotions (store_id);
create index payments_order_id_idx on public.payments (order_id);
create index inventory_transactions_inventory_id_idx on public.inventory_transactions (inventory_id);
create index deliveries_driver_id_idx on public.deliveries (driver_id);

-- What the pages of the application look up.
create index orders_customer_id_placed_at_idx on public.orders (customer_id, placed_at);
create index orders_store_id_status_idx on public.orders (store_id, status);
create index orders_user_id_idx on public.orders (user_id);
create index orders_promo_code_idx on public.orders (promo_code) where promo_code is not null;
create index payments_payment_method_id_idx on public.payments (payment_method_id);
create index payments_status_paid_at_idx on public.payments (status, paid_at);
create index delivery_drivers_user_id_idx on public.delivery_drivers (user_id);
create index delivery_drivers_store_id_status_idx on public.delivery_drivers (store_id, status);
create index deliveries_driver_id_status_idx on public.deliveries (driver_id, status);
create index delivery_events_position_idx on public.delivery_events using gist (position);
create index audit_log_actor_id_created_at_idx on public.audit_log (actor_id, created_at);
create index notifications_user_id_idx on public.notifications (user_id) where read_at is null;
create index location_access_log_user_id_created_at_idx on public.location_access_log (user_id, created_at);
create index inventory_transactions_kind_created_at_idx on public.inventory_transactions (kind, created_at);
create index products_category_id_active_idx on public.products (category_id, active);
create index products_name_two_idx on public.products using gin (name public.gin_trgm_ops);
create index products_attributes_idx on public.products using gin (attributes);
create index customers_tenant_id_email_idx on public.customers (tenant_id, email);
create index customers_phone_idx on public.customers (phone);
create index promotions_active_ends_at_idx on public.promotions (active, ends_at);
create index ocs_product_catalog_supplier_id_category_idx on public.ocs_product_catalog (supplier_id, category);
create index ocs_product_catalog_brand_product_name_idx on public.ocs_product_catalog (brand, product_name);
create index ocs_inventory_catalog_id_available_idx on public.ocs_inventory (catalog_id, available);
create index batch_tracking_store_id_quality_status_idx on public.batch_tracking (store_id, quality_status);
create index purchase_orders_supplier_id_status_idx on public.purchase_orders (supplier_id, status);
create index payment_transactions_order_id_status_idx on public.payment_transactions (order_id, status);
create index payment_transactions_provider_id_processed_at_idx on public.payment_transactions (provider_id, processed_at);
create index payment_refunds_transaction_id_status_idx on public.payment_refunds (transaction_id, status);
create index payment_disputes_opened_at_idx on public.payment_disputes (opened_at);
create index delivery_zones_store_id_active_idx on public.delivery_zones (store_id, active);
create index delivery_tracking_driver_id_recorded_at_idx on public.delivery_tracking (driver_id, recorded_at);
create index order_status_history_new_status_created_at_idx on public.order_status_history (new_status, created_at);
create index customer_reviews_customer_id_created_at_idx on public.customer_reviews (customer_id, created_at);
create index chat_interactions_conversation_id_created_at_idx on public.chat_interactions (conversation_id, created_at);
create index communication_logs_channel_sent_at_idx on public.communication_logs (channel, sent_at);
create index age_verification_logs_customer_id_created_at_idx on public.age_verification_logs (customer_id, created_at);
create index translations_language_namespace_idx on public.translations (language, namespace);

alter table public.users validate constraint users_store_id_fkey;
alter table public.stores validate constraint stores_manager_id_fkey;
alter table public.orders validate constraint orders_cart_session_id_fkey;
alter table public.orders validate constraint orders_user_id_fkey;
alter table public.notifications validate constraint notifications_user_id_fkey;
alter table public.user_sessions validate constraint user_sessions_user_id_fkey;
alter table public.location_access_log validate constraint location_access_log_user_id_fkey;
alter table public.payments validate constraint payments_payment_method_id_fkey;
alter table public.delivery_drivers validate constraint delivery_drivers_user_id_fkey;
alter table public.ai_personalities validate constraint ai_personalities_tenant_id_fkey;

-- Whoever changes a row leaves the moment.
create trigger provinces_territories_updated_at before update on public.provinces_territories
for each row execute function public.update_updated_at_column();
create trigger provincial_suppliers_updated_at before update on public.provincial_suppliers
for each row execute function public.update_updated_at_column();
create trigger profiles_updated_at before update on public.profiles
for each row execute function public.update_updated_at_column();
create trigger user_addresses_updated_at before update on public.user_addresses
for each row execute function public.update_updated_at_column();
create trigger system_settings_updated_at before update on public.system_settings
for each row execute function public.update_updated_at_column();
create trigger store_settings_updated_at before update on public.store_settings
for each row execute function public.update_updated_at_column();
create trigger ocs_product_catalog_updated_at before update on public.ocs_product_catalog
for each row execute function public.update_updated_at_column();
create trigger ocs_inventory_updated_at before update on public.ocs_inventory
for each row execute function public.update_updated_at_column();
create trigger purchase_orders_updated_at before update on public.purchase_orders
for each row execute function public.update_updated_at_column();
create trigger purchase_order_items_updated_at before update on public.purchase_order_items
for each row execute function public.update_updated_at_column();
create trigger cart_sessions_updated_at before update on public.cart_sessions
for each row execute function public.update_updated_at_column();
create trigger accessory_categories_updated_at before update on public.accessory_categories
for each row execute function public.update_updated_at_column();
create trigger accessories_catalog_updated_at before update on public.accessories_catalog
for each row execute function public.update_updated_at_column();
create trigger shelf_locations_updated_at before update on public.shelf_locations
for each row execute function public.update_updated_at_column();
create trigger batch_tracking_updated_at before update on public.batch_tracking
for each row execute function public.update_updated_at_column();
create trigger accessories_inventory_updated_at before update on public.accessories_inventory
for each row execute function public.update_updated_at_column();
create trigger payment_providers_updated_at before update on public.payment_providers
for each row execute function public.update_updated_at_column();
create trigger tenant_payment_configs_updated_at before update on public.tenant_payment_configs
for each row execute function public.update_updated_at_column();
create trigger store_payment_terminals_updated_at before update on public.store_payment_terminals
for each row execute function public.update_updated_at_column();
create trigger payment_transactions_updated_at before update on public.payment_transactions
for each row execute function public.update_updated_at_column();
create trigger payment_refunds_updated_at before update on public.payment_refunds
for each row execute function public.update_updated_at_column();
create trigger payment_disputes_updated_at before update on public.payment_disputes
for each row execute function public.update_updated_at_column();
create trigger payment_webhook_routes_updated_at before update on public.payment_webhook_routes
for each row execute function public.update_updated_at_column();
create trigger delivery_zones_updated_at before update on public.delivery_zones
for each row execute function public.update_updated_at_column();
create trigger delivery_routes_updated_at before update on public.delivery_routes
for each row execute function public.update_updated_at_column();
create trigger pricing_rules_updated_at before update on public.pricing_rules
for each row execute function public.update_updated_at_column();
create trigger customer_pricing_rules_updated_at before update on public.customer_pricing_rules
for each row execute function public.update_updated_at_column();
create trigger price_tiers_updated_at before update on public.price_tiers
for each row execute function public.update_updated_at_column();
create trigger bundle_deals_updated_at before update on public.bundle_deals
for each row execute function public.update_updated_at_column();
create trigger discount_codes_updated_at before update on public.discount_codes
for each row execute function public.update_updated_at_column();
create trigger tax_rates_updated_at before update on public.tax_rates
for each row execute function public.update_updated_at_column();
create trigger customer_reviews_updated_at before update on public.customer_reviews
for each row execute function public.update_updated_at_column();
create trigger product_ratings_updated_at before update on public.product_ratings
for each row execute function public.update_updated_at_column();
create trigger wishlist_updated_at before update on public.wishlist
for each row execute function public.update_updated_at_column();
create trigger ai_conversations_updated_at before update on public.ai_conversations
for each row execute function public.update_updated_at_column();
create trigger intent_patterns_updated_at before update on public.intent_patterns
for each row execute function public.update_updated_at_column();
create trigger knowledge_articles_updated_at before update on public.knowledge_articles
for each row execute function public.update_updated_at_column();
create trigger training_data_updated_at before update on public.training_data
for each row execute function public.update_updated_at_column();
create trigger model_versions_updated_at before update on public.model_versions
for each row execute function public.update_updated_at_column();
create trigger product_recommendations_updated_at before update on public.product_recommendations
for each row execute function public.update_updated_at_column();
create trigger broadcast_segments_updated_at before update on public.broadcast_segments
for each row execute function public.update_updated_at_column();
create trigger message_templates_updated_at before update on public.message_templates
for each row execute function public.update_updated_at_column();
create trigger broadcasts_updated_at before update on public.broadcasts
for each row execute function public.update_updated_at_column();
create trigger broadcast_messages_updated_at before update on public.broadcast_messages
for each row execute function public.update_updated_at_column();
create trigger communication_preferences_updated_at before update on public.communication_preferences
for each row execute function public.update_updated_at_column();
create trigger translation_batches_updated_at before update on public.translation_batches
for each row execute function public.update_updated_at_column();
create trigger translations_updated_at before update on public.translations
for each row execute function public.update_updated_at_column();
create trigger translation_overrides_updated_at before update on public.translation_overrides
for each row execute function public.update_updated_at_column();
create trigger translation_requests_updated_at before update on public.translation_requests
for each row execute function public.update_updated_at_column();
create trigger api_keys_updated_at before update on public.api_keys
for each row execute function public.update_updated_at_column();
create trigger voice_profiles_updated_at before update on public.voice_profiles
for each row execute function public.update_updated_at_column();
