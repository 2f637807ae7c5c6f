# The image of the control plane and of `naru authz`: docker build -t naru:0.1.0 .
FROM node:24-bookworm AS build
WORKDIR /naru
COPY . .
RUN npm ci && npm run prepack && npm prune --omit=dev

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /naru
COPY --from=build /naru/package.json ./
COPY --from=build /naru/node_modules ./node_modules
COPY --from=build /naru/dist ./dist
COPY --from=build /naru/envoy/bootstrap.yaml ./envoy/
ENV NODE_ENV=production
ENTRYPOINT ["/nodejs/bin/node", "dist/src/main.js"]
