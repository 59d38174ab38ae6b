const e=2885,r=[2885],d={2885:((t,o,n)=>{throw n.r(o),n.d(o,{start:()=>s}),new Error("only a worker process loads an engine");const s=void 0})};export{e as id,r as ids,d as modules};
