# The image of the control plane and of `naru authz`: docker build -t naru:0.1.0 .
# The types of Envoy's messages are read out of its binary, which is not run here.
FROM envoyproxy/envoy:v1.40.0 AS envoy

FROM node:24-bookworm AS build
COPY --from=envoy /usr/local/bin/envoy /usr/local/bin/envoy
WORKDIR /naru
COPY . .
RUN npm run prepack
RUN npm prune --omit=dev

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /naru
COPY --from=build /naru/package.json ./
COPY --from=build /naru/node_modules ./node_modules
COPY --from=build /naru/dist ./dist
COPY --from=build /naru/envoy/bootstrap.yaml ./envoy/
COPY --from=build /naru/manifests/naru ./manifests/naru
ENV NODE_ENV=production
ENTRYPOINT ["/nodejs/bin/node", "dist/src/main.js"]
